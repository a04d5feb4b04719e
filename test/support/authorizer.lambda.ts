import type { ConfigInput } from "../../core/index.ts"
import { parseArn } from "../../lambda/arn.ts"
import { type AnswerOptions, type AuthorizerEvent, authorizer } from "../../lambda/authorizer.ts"

/** Authorizers under several policies: the API id in the event's ARN chooses one. */
function byApi(policies: Record<string, ConfigInput>, options: AnswerOptions) {
  const authorizers = new Map(Object.keys(policies).map((name) => [name, authorizer(policies[name] ?? {}, options)]))
  return async (event: AuthorizerEvent) => {
    const api = parseArn(event.methodArn ?? event.routeArn ?? "")
      ?.stageArn.split(":")[5]
      ?.split("/")[0]
    return authorizers.get(api ?? "")?.(event)
  }
}

const handlersUnder = (policies: Record<string, ConfigInput>) => ({
  withPolicies: byApi(policies, {}),
  withSimpleResponses: byApi(policies, { simpleResponses: true }),
})

/** At first those in the variable POLICIES, as JSON. */
let handlers = handlersUnder(JSON.parse(process.env.POLICIES ?? "{}"))

type Request =
  | { readonly simple: boolean; readonly event: AuthorizerEvent }
  | { readonly policies: Record<string, ConfigInput> }

/** `{ simple, event }`, since one function serves all rows of a table; or `{ policies }`, which take the place of all before. */
export async function handler(request: Request) {
  if ("policies" in request) handlers = handlersUnder(request.policies)
  else if (request.simple) return handlers.withSimpleResponses(request.event)
  else return handlers.withPolicies(request.event)
}
