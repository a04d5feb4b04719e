import * as client from "openid-client"
import { apiCall, authorizationParameters } from "./authorization-code.ts"
import { discoverClient } from "./client.ts"
import type { Flow } from "./flow.ts"
import { loginBrowser, loginSteps, redirectOf, redirectParameters } from "./front-channel.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const hybrid: Flow = {
  id: "hybrid",
  title: "Hybrid",
  use: "A web application with a server that needs to know who the user is before it has exchanged the code.",
  client: "web",
  hasUser: true,
  steps: [
    loginSteps.authorize("response_type=code id_token token"),
    loginSteps.login,
    { id: "callback", from: "issuer", to: "browser", label: "redirect: code, ID token, access token" },
    { id: "code", from: "browser", to: "client", label: "code, ID token, access token" },
    { id: "token-request", from: "client", to: "issuer", label: "code, client secret" },
    { id: "token-response", from: "issuer", to: "client", label: "a second access token" },
    apiCall,
  ],
  async run(issuer, choices, tell) {
    const steps = [{ request: "token-request", response: "token-response" }]
    const configuration = await discoverClient(issuer, "web", steps, tell)
    client.useCodeIdTokenResponseType(configuration)
    const expectedState = client.randomState()
    const expectedNonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(configuration, {
      ...authorizationParameters(choices, issuer.audience),
      response_type: "code id_token token",
      state: expectedState,
      nonce: expectedNonce,
    })
    const callback = redirectOf(await loginBrowser(tell).visit(url))
    const parameters = redirectParameters(callback)
    tell({ step: "callback", summary: "redirect", parameters })
    tell({ step: "code", summary: `GET ${callback.pathname}`, parameters })
    const answer = await client.authorizationCodeGrant(configuration, callback, { expectedState, expectedNonce })
    const { access_token } = parameters
    return [
      ...issuedTokens(answer),
      ...(access_token === undefined ? [] : [{ kind: "front-channel", token: access_token } as const]),
    ]
  },
}
