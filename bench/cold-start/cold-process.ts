import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Bundle } from "./bundles.ts"
import type { HttpsIssuer } from "./https-issuer.ts"

/** One way to start: a bundle, and the environment of its process. */
export interface Start {
  readonly name: string
  readonly bundle: Bundle
  readonly environment: Readonly<Record<string, string>>
}

/** Where and how often processes are started. */
export interface StartPlan {
  /** What runs a handler once. */
  readonly runner: string
  readonly issuer: HttpsIssuer
  /** Where each process gets a temporary folder. */
  readonly folder: string
  readonly rounds: number
}

/** Milliseconds from spawn to exit, round by round, by the name of the start. */
export type ColdTimes = Readonly<Record<string, readonly number[]>>

/**
 * Starts each process in turn, round after round, in an order that moves on by one each time. Each has a temporary folder of its own, empty as in a new
 * environment. Throws when one doesn't allow the call, or asks the issuer for keys more often or less often than it says.
 */
export async function timeStarts(starts: readonly Start[], plan: StartPlan): Promise<ColdTimes> {
  const times: Record<string, number[]> = Object.fromEntries(starts.map(({ name }) => [name, []]))
  // The first round is not counted: it brings the files into the page cache.
  for (let round = -1; round < plan.rounds; round++)
    for (let place = 0; place < starts.length; place++) {
      const start = starts[(place + round + 1) % starts.length]
      if (!start) continue
      const milliseconds = await startOnce(start, plan)
      if (round >= 0) times[start.name]?.push(milliseconds)
    }
  return times
}

/** Starts a process and waits for its end. Returns the milliseconds from spawn to exit; `flags` are Node's. Throws as `timeStarts` does. */
export async function startOnce(
  { name, bundle, environment }: Start,
  { folder, issuer, runner }: StartPlan,
  flags: readonly string[] = [],
): Promise<number> {
  const fetchesBefore = issuer.keySetRequests
  const temporary = await mkdtemp(join(folder, "tmp-"))
  const begun = performance.now()
  const child = spawn(process.execPath, [...flags, runner, bundle.path], {
    env: { ...environment, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let milliseconds = Number.NaN
  child.once("exit", () => {
    milliseconds = performance.now() - begun
  })
  let [output, errors] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => (output += chunk))
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk))
  await once(child, "close")
  const expected = bundle.decides ? '"Effect":"Allow"' : "{}"
  if (!output.includes(expected)) throw new Error(`${name} answered ${output}\n${errors}`)
  await rm(temporary, { recursive: true })
  const fetches = issuer.keySetRequests - fetchesBefore
  if (fetches !== bundle.fetches) throw new Error(`${name}: ${fetches} fetches in a cold start`)
  return milliseconds
}
