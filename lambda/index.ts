import { handlerOf } from "./handler.ts"
import config from "./policy.ts"
import { lambdaPorts } from "./ports.ts"
import { prefetchKeys } from "./prefetch.ts"

const ports = lambdaPorts()
// First of all: what else has to be loaded is loaded while the issuer answers.
prefetchKeys(config, ports)

/** For every kind of API Gateway API: answers with IAM policies. */
export const handler = handlerOf(config, ports, {})

/** For an HTTP API whose authorizer has simple responses enabled: answers `{ isAuthorized, context }`. */
export const simpleHandler = handlerOf(config, ports, { simpleResponses: true })
