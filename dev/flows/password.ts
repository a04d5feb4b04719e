import * as client from "openid-client"
import { users } from "../issuer/tenant.ts"
import { discoverClient, tokenExchange, tokenSteps } from "./client.ts"
import { apiCall, type Flow } from "./flow.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const password: Flow = {
  id: "password",
  title: "Resource Owner Password",
  use: "An application of your own that can't be moved to a redirect yet. It sees the user's password.",
  client: "legacy",
  hasUser: true,
  steps: [...tokenSteps("username, password, audience", "access token"), apiCall],
  async run(issuer, { user, scope, withAudience, organization }, tell) {
    const configuration = await discoverClient(issuer, "legacy", [tokenExchange], tell)
    const answer = await client.genericGrantRequest(configuration, "password", {
      username: user,
      password: users.find(({ name }) => name === user)?.password ?? "",
      scope,
      ...(withAudience && { audience: issuer.audience }),
      ...(organization !== null && { organization }),
    })
    return issuedTokens(answer)
  },
}
