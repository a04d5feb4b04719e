import policy from "../authorizer.config.ts"
import { authorizer } from "./authorizer.ts"

/** For every kind of API Gateway API: answers with IAM policies. */
export const handler = authorizer(policy)

/** For an HTTP API whose authorizer has simple responses enabled: answers `{ isAuthorized, context }`. */
export const simpleHandler = authorizer(policy, { simpleResponses: true })
