import { readFile } from "node:fs/promises"
import type { RunningWorker } from "../../test/support/workerd.ts"
import type { CpuProfile, FileOf } from "../self-time.ts"
import { quantile } from "../statistics.ts"
import { connectInspector } from "./inspector.ts"

/** Each sample stops the program for a while: more of them would show the profiler rather than the program. */
const samplingMicroseconds = 200

/** Profiles a Worker, and only that one of its workerd, while some work is done. */
export async function profileWhile({ inspectorUrl }: RunningWorker, work: () => Promise<unknown>): Promise<CpuProfile> {
  if (inspectorUrl === null) throw new Error("this workerd has no inspector")
  const inspector = await connectInspector(inspectorUrl)
  try {
    await inspector.post("Profiler.enable")
    await inspector.post("Profiler.setSamplingInterval", { interval: samplingMicroseconds })
    await inspector.post("Profiler.start")
    await work()
    const { profile } = (await inspector.post("Profiler.stop")) as { profile: CpuProfile }
    return profile
  } finally {
    inspector.close()
  }
}

/**
 * The profile with each sample worth the time between two ticks of the sampler. A tick finds nothing while the thread is outside the
 * isolate, as it often is in a Worker that hands requests on, and V8 would count that time to whatever it meets next.
 */
export function evenly(profile: CpuProfile): CpuProfile {
  const { samples = [], timeDeltas = [] } = profile
  // Ticks come a little late, but what is twice as late is a tick that found nothing.
  const single = timeDeltas.filter((microseconds) => microseconds < 2 * samplingMicroseconds)
  const tick = quantile(single, 0.5)
  return { ...profile, timeDeltas: samples.map(() => tick) }
}

/** In a bundle, esbuild names each source file in a comment above what it took from there. */
export async function filesOf({ bundle }: RunningWorker): Promise<FileOf> {
  let file = ""
  const files = (await readFile(bundle, "utf8")).split("\n").map((line) => {
    file = /^\/\/ (\S+\.[a-z]+)$/.exec(line)?.[1] ?? file
    return file
  })
  return ({ lineNumber, url }) => (url === "" ? "" : (files[lineNumber] ?? url))
}
