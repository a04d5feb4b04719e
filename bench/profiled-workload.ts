import type { RacePlan } from "./race.ts"
import { breakSignature, type Issuer, mintToken } from "./tokens.ts"
import type { Workload, WorkloadName } from "./workload.ts"

/** Enough rounds for a thousand samples and more, even where a decision takes two microseconds. */
export const profiledPlan: RacePlan = { rounds: 60, batchMilliseconds: 8, warmUpMilliseconds: 200 }

const counts = { "same token": 1, "50 tokens": 50, "distinct tokens": 3000, "invalid signatures": 1000 } as const

/** One workload for a single runner: fewer tokens than in a race, as they are signed for a profile only. */
export function profiledWorkload(issuer: Issuer, name: WorkloadName): Workload {
  const tokens = Array.from({ length: counts[name] }, () => mintToken(issuer))
  const letIn = name !== "invalid signatures"
  return { name, tokens: letIn ? tokens : tokens.map(breakSignature), letIn, distinct: name === "distinct tokens" }
}
