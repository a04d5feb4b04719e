import type { Config, Decision } from "../../core/index.ts"
import { callerWithClaims } from "../caller/caller.ts"
import { offlineAuthorizer } from "../caller/offline.ts"
import { lookInto } from "../explain/explained.ts"
import { type Remedy, remedyFor } from "../explain/remedies.ts"
import type { Expectation, Expected } from "./test-file.ts"

/** An expectation, and what was decided. */
export interface TestResult {
  readonly expectation: Expectation
  readonly decision: Decision
  readonly passed: boolean
  /** Why a request was not allowed, and what would have been, where that was not expected. */
  readonly remedy: Remedy | null
}

/** Decides on what expectations are about, under a policy. */
export async function runExpectations(
  expectations: readonly Expectation[],
  config: Config,
): Promise<readonly TestResult[]> {
  const { decide } = offlineAuthorizer(config)
  const results: TestResult[] = []
  for (const expectation of expectations) {
    const decision = await decide(expectation.request, expectation.claims, expectation.at)
    const passed = isAsExpected(decision, expectation.expected)
    const remedy = passed ? null : await findRemedy(expectation, decision, config)
    results.push({ expectation, decision, passed, remedy })
  }
  return results
}

async function findRemedy({ request, claims, at }: Expectation, decision: Decision, config: Config) {
  const ending = decision.outcome === "allow" ? decision.reported : decision
  if (!ending) return null
  const caller = callerWithClaims(claims, config, at)
  return remedyFor(ending.reason, await lookInto(decision, request, config, caller))
}

/** Whether a decision has all that is expected of it. */
export function isAsExpected(decision: Decision, expected: Expected): boolean {
  if (expected.rule !== undefined && decision.rule !== expected.rule) return false
  if (decision.outcome !== expected.outcome) return false
  if (expected.outcome === "allow")
    return (
      expected.reported === undefined ||
      (decision.outcome === "allow" && decision.reported?.reason === expected.reported)
    )
  if (decision.outcome !== "refuse" || decision.reason !== expected.reason) return false
  return (
    (expected.scope === undefined || hasSame(decision.scope ?? [], expected.scope)) &&
    (expected.acrValues === undefined || hasSame(decision.acrValues ?? [], expected.acrValues)) &&
    (expected.maxAge === undefined || decision.maxAge === expected.maxAge)
  )
}

/** Order means nothing among scopes (RFC 6749 §3.3). */
function hasSame(values: readonly string[], expected: readonly string[]): boolean {
  return values.length === expected.length && expected.every((value) => values.includes(value))
}

/** The names of a policy's rules that decisions came to, and of those that none came to. */
export function rulesAsked(
  results: readonly TestResult[],
  { rules }: Config,
): { readonly asked: readonly string[]; readonly unasked: readonly string[] } {
  const names = new Set(results.map(({ decision }) => decision.rule))
  const all = rules.map(({ name }) => name)
  return { asked: all.filter((name) => names.has(name)), unasked: all.filter((name) => !names.has(name)) }
}
