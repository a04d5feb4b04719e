import * as client from "openid-client"
import { discoverClient, tokenExchange, tokenSteps } from "./client.ts"
import { machineParameters } from "./client-credentials.ts"
import type { Flow } from "./flow.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const dpop: Flow = {
  id: "dpop",
  title: "DPoP-bound token",
  use: "A token that is of use only with the key that it is bound to; here by client credentials.",
  client: "dpop",
  hasUser: false,
  steps: [
    ...tokenSteps("client secret, audience, DPoP proof", "access token, bound to the proof's key"),
    { id: "call", from: "client", to: "api", label: "Authorization: Bearer, no proof" },
  ],
  async run(issuer, choices, tell) {
    const configuration = await discoverClient(issuer, "dpop", [tokenExchange], tell)
    const proof = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair("ES256"))
    const parameters = machineParameters(choices, issuer.audience)
    return issuedTokens(await client.clientCredentialsGrant(configuration, parameters, { DPoP: proof }))
  },
}
