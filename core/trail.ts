import type { Allow, Check, CheckFacts, Fault, Principal, Refuse, Rejection, Step } from "./decision.ts"

/** What a decision will say of how it came about. */
export interface Trail {
  /** In milliseconds since the epoch. */
  readonly at: number
  rule: string | null
  /** In the order of the steps. */
  readonly checks: Check[]
}

/** A decision that ends before its last step. */
export type Ending = Refuse | Fault

/** One object for all decisions: steps that were passed, with nothing more to say of them. */
const passed: Readonly<Record<Step, Check>> = {
  path: passedStep("path"),
  route: passedStep("route"),
  credentials: passedStep("credentials"),
  token: passedStep("token"),
  issuer: passedStep("issuer"),
  keys: passedStep("keys"),
  signature: passedStep("signature"),
  claims: passedStep("claims"),
  binding: passedStep("binding"),
  requirements: passedStep("requirements"),
}

/** Notes that a step was passed. */
export function pass({ checks }: Trail, step: Step, facts?: CheckFacts): void {
  checks.push(facts ? { step, passed: true, facts } : passed[step])
}

/** The decision that a step has ended. */
export function end(trail: Trail, step: Step, { ok: _ok, facts, ...ending }: Rejection): Ending {
  trail.checks.push({ step, passed: false, ...(facts && { facts }) })
  return { ...ending, at: trail.at, rule: trail.rule, checks: trail.checks }
}

/** The decision under a rule that only reports: lets the request through, as from nobody, and says what it would have been. */
export function report(
  { at: _at, rule: _rule, checks: _checks, ...reported }: Ending,
  trail: Trail,
  path: string,
): Allow {
  return { ...allow(trail, path, null), reported }
}

/** The decision when all steps were passed. */
export function allow({ at, rule, checks }: Trail, path: string, principal: Principal | null): Allow {
  return { outcome: "allow", at, rule, checks, path, principal }
}

function passedStep(step: Step): Check {
  return Object.freeze({ step, passed: true })
}
