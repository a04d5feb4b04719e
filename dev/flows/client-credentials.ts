import * as client from "openid-client"
import { discoverClient, tokenExchange, tokenSteps } from "./client.ts"
import { apiCall, type Flow, type FlowChoices } from "./flow.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const clientCredentials: Flow = {
  id: "client-credentials",
  title: "Client Credentials",
  use: "A service that calls the API on its own behalf: no user is there.",
  client: "m2m",
  hasUser: false,
  steps: [...tokenSteps("client id, client secret, audience", "access token"), apiCall],
  async run(issuer, choices, tell) {
    const configuration = await discoverClient(issuer, "m2m", [tokenExchange], tell)
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
