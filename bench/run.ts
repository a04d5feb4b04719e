import { execFile } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { parseArgs, promisify } from "node:util"
import { nodePeers } from "./in-node/peers.ts"
import { machineFacts, versionOf } from "./machine.ts"
import { routers } from "./matching/section.ts"
import {
  explanationsOf,
  type Outcome,
  renderExplanations,
  renderOutcome,
  renderResults,
  renderTargets,
  targetsOf,
} from "./results.ts"
import { isMet, type RunOptions, type RunSection, type Table, type Target } from "./section.ts"

// npm run bench [-- --quick] [--only NAME]: runs all parts, or one, and writes RESULTS.md beside this file. One part alone is
// printed, and RESULTS.md left as it is. Ends with 1 if a part failed; a missed target is a result, not a failure.

const parts = ["in-node", "in-workerd", "matching", "memory", "end-to-end", "cold-start", "key-sets"] as const
const resultsFile = fileURLToPath(new URL("RESULTS.md", import.meta.url))
const profileProgram = fileURLToPath(new URL("profile.ts", import.meta.url))

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } })
const options: RunOptions = { quick: values.quick }
const only = parts.filter((name) => values.only === undefined || values.only === name)
if (only.length === 0) {
  console.error(`--only: there is no part "${values.only}", but ${parts.join(", ")}`)
  process.exit(1)
}
if (process.version !== `v${versionOf("node")}`)
  console.error(
    `This is Node ${process.version}; figures are held against v${versionOf("node")}, which npm run bench uses.`,
  )

const date = new Date()
const start = performance.now()
const outcomes: Outcome[] = []
for (const name of only) outcomes.push(await runPart(name))
const profiles = await profileMisses(targetsOf(outcomes))

if (values.only !== undefined) {
  const targets = targetsOf(outcomes)
  console.log(
    [
      ...outcomes.flatMap(renderOutcome),
      ...renderExplanations([...profiles, ...explanationsOf(outcomes)]),
      ...(targets.length > 0 ? [renderTargets(targets)] : []),
    ].join("\n\n"),
  )
} else {
  const packages = [...new Set([...nodePeers, ...routers].flatMap((one) => one.packages))].sort()
  await writeFile(
    resultsFile,
    renderResults({
      date,
      options,
      seconds: (performance.now() - start) / 1000,
      machine: machineFacts(),
      versions: packages.map((name) => [name, versionOf(name)]),
      outcomes,
      profiles,
    }),
  )
  console.log(renderTargets(targetsOf(outcomes)))
}
for (const outcome of outcomes) if ("failure" in outcome) process.exitCode = 1

async function runPart(name: (typeof parts)[number]): Promise<Outcome> {
  console.error(name)
  const start = performance.now()
  try {
    const { run }: { run: RunSection } = await import(`./${name}/section.ts`)
    return { name, section: await run(options) }
  } catch (error) {
    console.error(error)
    return { name, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
  }
}

/** Profiles what missed its target, each in a process of its own, which no comparison has warmed up or filled. */
async function profileMisses(targets: readonly Target[]): Promise<Table[]> {
  const missed = targets.filter((target) => !isMet(target)).flatMap(({ explainedBy }) => explainedBy ?? [])
  const tables = new Map<string, Table>()
  for (const { algorithm, runtime, workload } of missed) {
    const work = ["--runtime", runtime, "--algorithm", algorithm, "--workload", workload]
    if (tables.has(work.join())) continue
    console.error(`profile: ${runtime}, ${algorithm}, ${workload}`)
    const { stdout } = await promisify(execFile)(process.execPath, [profileProgram, ...work, "--json"])
    tables.set(work.join(), JSON.parse(stdout))
  }
  return [...tables.values()]
}
