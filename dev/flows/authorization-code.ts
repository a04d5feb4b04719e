import * as client from "openid-client"
import { asksFor, authorizationParameters } from "./authorization-request.ts"
import { discoverClient, tokenExchange, tokenSteps } from "./client.ts"
import { apiCall, type Flow } from "./flow.ts"
import { logInByRedirect, loginSteps, redirectSteps } from "./front-channel.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const authorizationCode: Flow = {
  id: "authorization-code",
  title: "Authorization Code",
  use: "A web application with a server, which can keep a secret.",
  client: "web",
  hasUser: true,
  steps: [
    ...loginSteps("client_id, scope, audience, state"),
    ...redirectSteps,
    ...tokenSteps("code, client secret", "access token, ID token"),
    apiCall,
  ],
  async run(issuer, choices, tell) {
    const configuration = await discoverClient(issuer, "web", [tokenExchange], tell)
    const expectedState = client.randomState()
    // It comes back in the ID token, which there is with the scope openid.
    const nonce = asksFor(choices, "openid") ? client.randomNonce() : null
    const url = client.buildAuthorizationUrl(configuration, {
      ...authorizationParameters(choices, issuer.audience),
      state: expectedState,
      ...(nonce !== null && { nonce }),
    })
    const callback = await logInByRedirect(url, tell)
    const checks = { expectedState, ...(nonce !== null && { expectedNonce: nonce }) }
    return issuedTokens(await client.authorizationCodeGrant(configuration, callback, checks))
  },
}
