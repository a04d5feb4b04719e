import * as client from "openid-client"
import { users } from "../issuer/tenant.ts"
import { apiCall } from "./authorization-code.ts"
import { discoverClient } from "./client.ts"
import type { Flow } from "./flow.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const password: Flow = {
  id: "password",
  title: "Resource Owner Password",
  use: "An application of your own that can't be moved to a redirect yet. It sees the user's password.",
  client: "legacy",
  hasUser: true,
  steps: [
    { id: "token-request", from: "client", to: "issuer", label: "username, password, audience" },
    { id: "token-response", from: "issuer", to: "client", label: "access token" },
    apiCall,
  ],
  async run(issuer, { user, scope, withAudience, organization }, tell) {
    const steps = [{ request: "token-request", response: "token-response" }]
    const configuration = await discoverClient(issuer, "legacy", steps, tell)
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
