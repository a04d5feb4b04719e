import type { RunOptions } from "../section.ts"

/** The two kinds of traffic that are counted. */
export type TrafficName = "repeated" | "distinct"

/** The tokens of all requests that a guard gets, one for each: round by round, and before those. */
export interface Traffic extends Readonly<Record<TrafficName, readonly (readonly string[])[]>> {
  readonly warmUp: readonly (readonly string[])[]
}

/** How many tokens take turns where they are repeated. */
export const repeatedTokens = 50

/** How much there is of it. */
export const planFor = ({ quick }: RunOptions) => ({
  repeated: { rounds: quick ? 8 : 30, requests: quick ? 1000 : 3000 },
  // In full, 10,000 in the rounds.
  distinct: { rounds: quick ? 6 : 20, requests: 500 },
  // The engine goes on to compile for thousands of requests. Each distinct token costs 0.6 ms to sign, so a quick run has fewer.
  warmUp: { repeated: quick ? 2000 : 4000, distinct: quick ? 1500 : 5000 },
})

/** The numbers of a run. */
export type Plan = ReturnType<typeof planFor>

/** Mints the tokens once, for all guards: each guard then meets each distinct token once. */
export function makeTraffic({ distinct, repeated, warmUp }: Plan, mint: () => string): Traffic {
  const few = Array.from({ length: repeatedTokens }, mint)
  const repeat = (requests: number) => Array.from({ length: requests }, (_, index) => few[index % few.length] ?? "")
  const mintMany = (requests: number) => Array.from({ length: requests }, mint)
  return {
    warmUp: [repeat(warmUp.repeated), mintMany(warmUp.distinct)],
    repeated: Array.from({ length: repeated.rounds }, () => repeat(repeated.requests)),
    distinct: Array.from({ length: distinct.rounds }, () => mintMany(distinct.requests)),
  }
}
