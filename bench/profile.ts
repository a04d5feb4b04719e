import { parseArgs } from "node:util"
import { profileInNode } from "./in-node/profile.ts"
import { profileInWorkerd } from "./in-workerd/profile.ts"
import type { AlgorithmName } from "./peer.ts"
import type { WorkloadName } from "./workload.ts"

// Where this project's own time goes: a CPU profile of its decisions, as self time by function.
// node bench/profile.ts [--runtime node|workerd] [--algorithm RS256] [--workload "distinct tokens"] [--json]

const { values } = parseArgs({
  options: {
    runtime: { type: "string", default: "node" },
    algorithm: { type: "string", default: "RS256" },
    workload: { type: "string", default: "distinct tokens" },
    json: { type: "boolean", default: false },
  },
})
const work = { algorithm: values.algorithm as AlgorithmName, workload: values.workload as WorkloadName }
const table = await (values.runtime === "workerd" ? profileInWorkerd(work) : profileInNode(work))

if (values.json) console.log(JSON.stringify(table))
else {
  console.log(table.title)
  for (const [name = "", share = ""] of table.rows) console.log(`${share.padStart(7)}  ${name}`)
}
