import { authorizerOf, type Config, type Decision } from "../core/index.ts"
import { type AnswerOptions, answer, isThrown, type PolicyAnswer, type SimpleAnswer } from "./answer.ts"
import { isLiteralArn } from "./arn.ts"
import { callerAnswers } from "./caller-answer.ts"
import { type AuthorizerEvent, type Call, readCall } from "./events.ts"
import type { LambdaPorts } from "./ports.ts"

/** A Lambda handler under a policy that is checked already. */
export function handlerOf(config: Config, ports: LambdaPorts, options: AnswerOptions) {
  const core = authorizerOf(config, ports)
  const answerCaller = config.apiGateway.cacheKey === "token" ? callerAnswers(config) : null

  return async (event: AuthorizerEvent): Promise<PolicyAnswer | SimpleAnswer> => {
    const call = readCall(event)
    const decision = grantable(await core.authorize(call.request), call.arn.text)
    if (decision.outcome !== "allow") logEnding(decision)
    else if (decision.reported) logReport(decision)
    if (answerCaller && isKept(decision, call, options)) {
      const caller = await core.identify(call.request)
      await ports.settle()
      const isFault = caller !== null && "outcome" in caller
      // A call that is let through for anybody is let through now, too; nothing else may be kept of an outage.
      if (isFault && decision.outcome !== "allow") return answer(caller, call, config.upstream, options)
      return answerCaller(isFault ? null : caller, call.arn)
    }
    await ports.settle()
    return answer(decision, call, config.upstream, options)
  }
}

/**
 * Whether API Gateway may keep the answer for other calls of the same caller, so that it has to be right for them. A WebSocket API
 * asks for every connection; a simple answer says nothing of other calls.
 */
function isKept(decision: Decision, call: Call, options: AnswerOptions): boolean {
  const isSimple = call.version === "2.0" && options.simpleResponses
  return call.api !== "websocket" && !isSimple && !isThrown(decision, call, options)
}

/** What IAM would read as a pattern can't be granted: it would allow other calls than this one. */
function grantable(decision: Decision, arn: string): Decision {
  if (decision.outcome !== "allow" || isLiteralArn(arn)) return decision
  const { at, rule, checks } = decision
  const facts = { expected: "an ARN without wildcards" }
  return {
    outcome: "refuse",
    reason: "path_ambiguous",
    at,
    rule,
    checks: [...checks, { step: "path", passed: false, facts }],
  }
}

/** One line for each call that a rule only reports. Its path is left out: it may name a person. */
function logReport({ principal: _principal, path: _path, ...decision }: Decision & { outcome: "allow" }): void {
  console.warn(JSON.stringify({ message: "request would not be allowed", ...decision }))
}

/** One line for each call that is not allowed: why, in a form that can be searched. It holds no token and no claim. */
function logEnding(decision: Decision & { outcome: "refuse" | "fault" }): void {
  const line = JSON.stringify({ message: "request not allowed", ...decision })
  if (decision.outcome === "fault") console.error(line)
  else console.log(line)
}
