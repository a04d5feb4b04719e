import type { Check, CheckFacts, Rejection, Step } from "./decision.ts"

/** The checks of one decision, in order, and what ended it. */
export interface Trail {
  readonly checks: Check[]
}

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

/** Notes the step that ended the decision, and hands on why. */
export function fail({ checks }: Trail, step: Step, rejection: Rejection): Rejection {
  const { facts } = rejection
  checks.push({ step, passed: false, ...(facts && { facts }) })
  return rejection
}

function passedStep(step: Step): Check {
  return Object.freeze({ step, passed: true })
}
