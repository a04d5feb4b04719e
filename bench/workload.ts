import type { RunOptions } from "./section.ts"
import { breakSignature, type Issuer, mintToken } from "./tokens.ts"

/** Requests as a peer meets them one after the other. */
export interface Workload {
  readonly name: WorkloadName
  /** Each request carries the next of these, and after the last the first again. */
  readonly tokens: readonly string[]
  readonly letIn: boolean
  /** Whether no verifier may see a token twice, from the warm-up to the last round. */
  readonly distinct: boolean
}

export type WorkloadName = "same token" | "50 tokens" | "distinct tokens" | "invalid signatures"

/**
 * Distinct tokens for one verifier: more than any cache here holds (edge-authorizer's has 5,000 by default, fast-jwt's 1,000). A quick
 * run makes fewer, as signing them takes longer than checking them.
 */
export const distinctTokens = ({ quick }: RunOptions) => (quick ? 4000 : 10_000)
/** Enough for no peer to meet one again soon, and few to sign. */
const invalidTokens = 1000

/** The four workloads with tokens of one issuer. */
export function workloadsFrom(issuer: Issuer, options: RunOptions): readonly Workload[] {
  const tokens = Array.from({ length: distinctTokens(options) }, () => mintToken(issuer))
  const broken = tokens.slice(0, invalidTokens).map(breakSignature)
  return [
    { name: "same token", tokens: tokens.slice(0, 1), letIn: true, distinct: false },
    { name: "50 tokens", tokens: tokens.slice(0, 50), letIn: true, distinct: false },
    { name: "distinct tokens", tokens, letIn: true, distinct: true },
    { name: "invalid signatures", tokens: broken, letIn: false, distinct: false },
  ]
}
