import { type ConfigInput, createAuthorizer, type Decision, parseConfig } from "../core/index.ts"
import { type AnswerOptions, answer, type PolicyAnswer, type SimpleAnswer } from "./answer.ts"
import { isLiteralArn } from "./arn.ts"
import { type AuthorizerEvent, readCall } from "./events.ts"
import { lambdaPorts } from "./ports.ts"

export type { AnswerOptions, AuthorizerEvent, PolicyAnswer, SimpleAnswer }

/**
 * A Lambda authorizer under a policy, for REST APIs (TOKEN and REQUEST), HTTP APIs (payloads 1.0 and 2.0) and WebSocket APIs: the
 * event says which. An issuer that the policy leaves out comes from the function's environment.
 *
 * What it allows is the one call that it was asked about, so set API Gateway's cache time for it to 0.
 *
 * @example
 * import { authorizer } from "edge-authorizer/lambda"
 * export const handler = authorizer({ routes: [{ path: "/orders/**", scopes: ["read:orders"] }] })
 *
 * @throws ConfigError when the function starts, so that nothing is allowed under a policy that can't be enforced.
 */
export function authorizer(
  policy: ConfigInput,
  options?: AnswerOptions & { readonly simpleResponses?: false },
): (event: AuthorizerEvent) => Promise<PolicyAnswer>
export function authorizer(
  policy: ConfigInput,
  options: AnswerOptions,
): (event: AuthorizerEvent) => Promise<PolicyAnswer | SimpleAnswer>
export function authorizer(policy: ConfigInput, options: AnswerOptions = {}) {
  const config = parseConfig(policy, process.env)
  const core = createAuthorizer(config, lambdaPorts())

  return async (event: AuthorizerEvent): Promise<PolicyAnswer | SimpleAnswer> => {
    const call = readCall(event)
    const decision = grantable(await core.authorize(call.request), call.arn.text)
    if (decision.outcome !== "allow") logEnding(decision)
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
