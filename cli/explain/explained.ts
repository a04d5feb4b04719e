import {
  type AccessRequest,
  type CheckFacts,
  type Config,
  canonicalPath,
  type Decision,
  type Reported,
  type Rule,
} from "../../core/index.ts"
import type { Caller } from "../caller/caller.ts"
import { checkEach, type RequirementCheck } from "./requirement-checks.ts"

/** A decision, with all that is known of how it came about. */
export interface Explained {
  readonly decision: Decision
  readonly request: AccessRequest
  /** In its one spelling, if it has one; else as it was asked for. */
  readonly path: string
  readonly config: Config
  readonly caller: Caller
  /** All that the rule asks for, where the decision came to that. */
  readonly asked: readonly RequirementCheck[]
}

/** Finds out what a decision doesn't tell: all that its rule asks for, and which of it holds. */
export async function lookInto(
  decision: Decision,
  request: AccessRequest,
  config: Config,
  caller: Caller,
): Promise<Explained> {
  const path = canonicalPath(request.path) ?? request.path
  const explained = { decision, request, path, config, caller, asked: [] }
  const rule = ruleOf(explained)
  // Who calls is only known, and only asked, where a decision came to that.
  if (!rule || !decision.checks.some(({ step }) => step === "requirements")) return explained
  const principal = await caller.identify(config, decision.at)
  const issuer = config.issuers.find((one) => one.issuer === principal?.issuer)
  if (!principal || !issuer) return explained
  const around = { request: { ...request, path }, issuer, now: decision.at / 1000 }
  const { clockToleranceSeconds } = config
  return { ...explained, asked: checkEach(rule.requirement, principal, { ...around, clockToleranceSeconds }) }
}

/** How a decision ended if not with "allow", or how it would have under a rule that only reports. */
export function endingOf({ decision }: Explained): Reported | null {
  return decision.outcome === "allow" ? (decision.reported ?? null) : decision
}

/** The facts of the step that ended it. */
export function endingFacts({ decision }: Explained): CheckFacts {
  return decision.checks.at(-1)?.facts ?? {}
}

/** The rule that covers the request; null where none does, or what is unmatched. */
export function ruleOf({ decision, config }: Explained): Rule | null {
  return config.rules.find(({ name }) => name === decision.rule) ?? null
}
