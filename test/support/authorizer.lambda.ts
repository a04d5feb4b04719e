import { parseArn } from "../../lambda/arn.ts"
import { type AuthorizerEvent, authorizer } from "../../lambda/authorizer.ts"

/** Authorizers under several policies, given as JSON in the variable POLICIES: the API id in the event's ARN chooses one. */
const policies = JSON.parse(process.env.POLICIES ?? "{}")

function byApi(options: Parameters<typeof authorizer>[1] & object) {
  const authorizers = new Map(Object.keys(policies).map((name) => [name, authorizer(policies[name], options)]))
  return async (event: AuthorizerEvent) => {
    const api = parseArn(event.methodArn ?? event.routeArn ?? "")
      ?.stageArn.split(":")[5]
      ?.split("/")[0]
    return authorizers.get(api ?? "")?.(event)
  }
}

const withPolicies = byApi({})
const withSimpleResponses = byApi({ simpleResponses: true })

/** `{ simple, event }`, since one function serves all rows of a table. */
export const handler = ({ simple, event }: { simple: boolean; event: AuthorizerEvent }) =>
  simple ? withSimpleResponses(event) : withPolicies(event)
