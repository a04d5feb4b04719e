import { readdirSync, readFileSync } from "node:fs"

/**
 * The processor time that a process has taken so far, in all its threads, in microseconds. Null where the system does not say:
 * only Linux does, for each thread in nanoseconds. Threads that have ended are not counted; workerd keeps its own.
 */
export function processorMicroseconds(processId: number): number | null {
  const threads = `/proc/${processId}/task`
  try {
    const nanoseconds = readdirSync(threads).map((thread) =>
      Number(readFileSync(`${threads}/${thread}/schedstat`, "utf8").split(" ")[0]),
    )
    return nanoseconds.reduce((sum, time) => sum + time, 0) / 1000
  } catch {
    return null
  }
}
