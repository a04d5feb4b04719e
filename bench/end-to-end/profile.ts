import { evenly, filesOf, profileWhile } from "../in-workerd/cpu-profile.ts"
import type { Table } from "../section.ts"
import { type CpuProfile, type FileOf, selfTimeTable } from "../self-time.ts"
import { digits } from "../statistics.ts"
import { startGuard } from "./guard-process.ts"
import { ours } from "./kinds.ts"
import { type Load, loadOnce, type Setting, warmUp } from "./loads.ts"
import type { TrafficName } from "./traffic.ts"

/** Profiles this project's guard, warmed up as for the comparison, under the same load. In a process of its own. */
export async function profileTables(setting: Setting, names: readonly TrafficName[]): Promise<Table[]> {
  const guard = await startGuard(ours, setting.keys, setting.issuer, { inspected: true })
  try {
    await warmUp(setting, guard)
    const files = await filesOf(guard)
    const tables: Table[] = []
    for (const name of names) {
      const loads: Load[] = []
      const profile = await profileWhile(guard, async () => {
        loads.push(await loadOnce(setting, guard, setting.traffic[name].flat()))
      })
      for (const load of loads) tables.push(tableOf(name, evenly(profile), files, load))
    }
    return tables
  } finally {
    await guard.close()
  }
}

function tableOf(name: TrafficName, profile: CpuProfile, files: FileOf, load: Load): Table {
  const title = `End to end, ${name} tokens: profile of ${ours.name}`
  const requests = load.latencies.length
  const whole = load.processorMicroseconds
  const reading =
    "Of the guard alone. What has no file is built into the engine or into workerd: “fetch” is the hand-over to the origin, “Request” the making of the new request, “(program)” and “(anonymous)” workerd's own code around the guard's."
  if (whole === null) return { ...selfTimeTable(title, profile, files, { requests }), note: reading }
  const beyond = { name: "outside the guard", microseconds: whole - busyMicroseconds(profile) / requests }
  return {
    ...selfTimeTable(title, profile, files, { requests, beyond }),
    note: `${reading} “Outside the guard” is what no sample shows, HTTP, the service binding, the origin and the profiler itself: the rest of the ${digits(whole)} µs of processor time that a request took meanwhile.`,
  }
}

function busyMicroseconds({ nodes, samples = [], timeDeltas = [] }: CpuProfile): number {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id))
  return samples.reduce((sum, id, index) => (idle.has(id) ? sum : sum + (timeDeltas[index] ?? 0)), 0)
}
