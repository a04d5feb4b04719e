import * as client from "openid-client"
import { redirectUri } from "../issuer/tenant.ts"
import { authorizationParameters } from "./authorization-request.ts"
import { discoverClient, tokenExchange, tokenSteps } from "./client.ts"
import { apiCall, type Flow } from "./flow.ts"
import { formSteps, logInByForm, loginSteps } from "./front-channel.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const hybrid: Flow = {
  id: "hybrid",
  title: "Hybrid",
  use: "A web application with a server that needs to know who the user is before it has exchanged the code.",
  client: "web",
  hasUser: true,
  steps: [
    ...loginSteps("response_type=code id_token token"),
    ...formSteps("code, ID token, access token"),
    ...tokenSteps("code, client secret", "a second access token"),
    apiCall,
  ],
  async run(issuer, choices, tell) {
    const configuration = await discoverClient(issuer, "web", [tokenExchange], tell)
    client.useCodeIdTokenResponseType(configuration)
    const expectedState = client.randomState()
    const expectedNonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(configuration, {
      ...authorizationParameters(choices, issuer.audience),
      response_type: "code id_token token",
      // To the client's server: what comes in the fragment of a redirect stays in the browser.
      response_mode: "form_post",
      state: expectedState,
      nonce: expectedNonce,
    })
    const fields = await logInByForm(url, tell)
    const posted = new Request(redirectUri, { method: "POST", body: fields })
    const answer = await client.authorizationCodeGrant(configuration, posted, { expectedState, expectedNonce })
    const frontChannel = fields.get("access_token")
    return [
      ...issuedTokens(answer),
      ...(frontChannel === null ? [] : [{ kind: "front-channel", token: frontChannel } as const]),
    ]
  },
}
