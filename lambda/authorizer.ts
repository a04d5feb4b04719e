import { type ConfigInput, parseConfig } from "../core/index.ts"
import type { AnswerOptions, PolicyAnswer, SimpleAnswer } from "./answer.ts"
import type { AuthorizerEvent } from "./events.ts"
import { handlerOf } from "./handler.ts"
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
  return handlerOf(parseConfig(policy, process.env), lambdaPorts(), options)
}
