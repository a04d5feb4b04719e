import { startWorkerd } from "../../test/support/workerd.ts"
import { oursName } from "../peers/ours.ts"
import { profiledPlan, profiledWorkload } from "../profiled-workload.ts"
import { questionsFrom } from "../questions.ts"
import type { ProfiledWork, Table } from "../section.ts"
import { selfTimeTable } from "../self-time.ts"
import { makeIssuer, settingsFor } from "../tokens.ts"
import { filesOf, profileWhile } from "./cpu-profile.ts"
import { raceIn } from "./race-request.ts"

/** Profiles this project's decisions inside workerd, through its inspector. */
export async function profileInWorkerd({ algorithm, workload }: Omit<ProfiledWork, "runtime">): Promise<Table> {
  const issuer = makeIssuer(algorithm)
  const request = {
    settings: settingsFor(issuer, "workerd"),
    questions: questionsFrom(issuer),
    workload: profiledWorkload(issuer, workload),
    plan: profiledPlan,
    only: oursName,
  }
  const workerd = await startWorkerd({ entryPoint: "bench/in-workerd/race.worker.ts" }, { inspected: true })
  try {
    const profile = await profileWhile(workerd, () => raceIn(workerd.host, request))
    return selfTimeTable(`workerd, ${algorithm}, ${workload}`, profile, await filesOf(workerd))
  } finally {
    await workerd.close()
  }
}
