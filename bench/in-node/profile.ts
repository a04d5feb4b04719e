import { Session } from "node:inspector/promises"
import { fileURLToPath } from "node:url"
import { oursOnLambda } from "../peers/ours-lambda.ts"
import { profiledPlan, profiledWorkload } from "../profiled-workload.ts"
import { race } from "../race.ts"
import type { ProfiledWork, Table } from "../section.ts"
import { selfTimeTable } from "../self-time.ts"
import { makeIssuer, settingsFor } from "../tokens.ts"
import { nodeTrack } from "./track.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** Each sample stops the program for a while: more of them would show the profiler rather than the program. */
const samplingMicroseconds = 200

/** Profiles this project's decisions in this process. */
export async function profileInNode({ algorithm, workload }: Omit<ProfiledWork, "runtime">): Promise<Table> {
  const issuer = makeIssuer(algorithm)
  const requests = profiledWorkload(issuer, workload)
  const verifier = await oursOnLambda.prepare(settingsFor(issuer, "node"))

  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.setSamplingInterval", { interval: samplingMicroseconds })
  await session.post("Profiler.start")
  await race([{ name: oursOnLambda.name, verifier }], requests, profiledPlan, nodeTrack)
  const { profile } = await session.post("Profiler.stop")
  session.disconnect()
  return selfTimeTable(`Node, ${algorithm}, ${workload}`, profile, ({ url }) =>
    url.startsWith("file:") ? fileURLToPath(url).replace(root, "") : url.startsWith("node:inspector") ? "bench/" : url,
  )
}
