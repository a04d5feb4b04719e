import { type Decision, reasons, type Upstream } from "../core/index.ts"
import { type FlatContext, flatContext } from "./context.ts"
import type { Call } from "./events.ts"
import { allowCall, denyStage, type PolicyDocument } from "./iam-policy.ts"

/** The answer that every kind of API takes. */
export interface PolicyAnswer {
  principalId: string
  policyDocument: PolicyDocument
  context: FlatContext
}

/** The answer of an HTTP API with simple responses. */
export interface SimpleAnswer {
  isAuthorized: boolean
  context: FlatContext
}

/** How an authorizer answers where API Gateway leaves a choice. */
export interface AnswerOptions {
  /** Set this where the authorizer of an HTTP API has simple responses enabled: no event tells. Default: false. */
  readonly simpleResponses?: boolean
  /**
   * How an HTTP API is told of a 400 or 401: by an explicit refusal, which it turns into a 403 (the default), or by throwing
   * "Unauthorized", of which AWS does not say what comes of it; emulators answer 500.
   */
  readonly httpUnauthorized?: "refuse" | "throw"
}

/**
 * Turns a decision into what API Gateway is told: a refusal with 400 or 401 is the error "Unauthorized" where that means 401, any
 * other refusal an explicit one with its reason in the context; a fault is another error, which is a 500 and never cached.
 *
 * @throws Error to tell of a 401 or a fault.
 */
export function answer(
  decision: Decision,
  call: Call,
  upstream: Upstream,
  options: AnswerOptions,
): PolicyAnswer | SimpleAnswer {
  if (decision.outcome === "fault") throw new Error(`${decision.reason}: ${reasons[decision.reason].text}`)
  if (isThrown(decision, call, options)) throw new Error("Unauthorized")

  const context = flatContext(decision, upstream)
  if (call.api === "http" && call.version === "2.0" && options.simpleResponses)
    return { isAuthorized: decision.outcome === "allow", context }
  if (decision.outcome !== "allow") return { principalId: "anonymous", policyDocument: denyStage(call.arn), context }
  return { principalId: decision.principal?.subject ?? "anonymous", policyDocument: allowCall(call.arn), context }
}

/** Whether API Gateway is told of a decision by an error, which it never keeps for another call. */
export function isThrown(decision: Decision, call: Call, { httpUnauthorized }: AnswerOptions): boolean {
  if (decision.outcome !== "refuse") return decision.outcome === "fault"
  return reasons[decision.reason].status !== 403 && (call.api !== "http" || httpUnauthorized === "throw")
}
