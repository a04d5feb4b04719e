import * as client from "openid-client"
import { apiCall } from "./authorization-code.ts"
import { discoverClient } from "./client.ts"
import type { Flow, FlowChoices } from "./flow.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const clientCredentials: Flow = {
  id: "client-credentials",
  title: "Client Credentials",
  use: "A service that calls the API on its own behalf: no user is there.",
  client: "m2m",
  hasUser: false,
  steps: [
    { id: "token-request", from: "client", to: "issuer", label: "client id, client secret, audience" },
    { id: "token-response", from: "issuer", to: "client", label: "access token" },
    apiCall,
  ],
  async run(issuer, choices, tell) {
    const steps = [{ request: "token-request", response: "token-response" }]
    const configuration = await discoverClient(issuer, "m2m", steps, tell)
    return issuedTokens(await client.clientCredentialsGrant(configuration, machineParameters(choices, issuer.audience)))
  },
}

/** What a client asks for on its own behalf: of the scopes, those of the API. */
export function machineParameters(
  { scope, withAudience, organization }: FlowChoices,
  audience: string,
): Record<string, string> {
  const ofApi = scope.split(" ").filter((name) => name.includes(":"))
  return {
    ...(withAudience && { audience, ...(ofApi.length > 0 && { scope: ofApi.join(" ") }) }),
    ...(organization !== null && { organization }),
  }
}
