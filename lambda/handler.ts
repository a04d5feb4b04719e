import { authorizerOf, type Config, type Decision } from "../core/index.ts"
import { type AnswerOptions, answer, type PolicyAnswer, type SimpleAnswer } from "./answer.ts"
import { isLiteralArn } from "./arn.ts"
import { type AuthorizerEvent, readCall } from "./events.ts"
import type { LambdaPorts } from "./ports.ts"

/** A Lambda handler under a policy that is checked already. */
export function handlerOf(config: Config, ports: LambdaPorts, options: AnswerOptions) {
  const core = authorizerOf(config, ports)

  return async (event: AuthorizerEvent): Promise<PolicyAnswer | SimpleAnswer> => {
    const call = readCall(event)
    const decision = grantable(await core.authorize(call.request), call.arn.text)
    if (decision.outcome !== "allow") logEnding(decision)
    await ports.settle()
    return answer(decision, call, config.upstream, options)
  }
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

/** One line for each call that is not allowed: why, in a form that can be searched. It holds no token and no claim. */
function logEnding(decision: Decision & { outcome: "refuse" | "fault" }): void {
  const line = JSON.stringify({ message: "request not allowed", ...decision })
  if (decision.outcome === "fault") console.error(line)
  else console.log(line)
}
