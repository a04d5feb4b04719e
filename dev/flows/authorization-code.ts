import * as client from "openid-client"
import { redirectUri } from "../issuer/tenant.ts"
import { discoverClient } from "./client.ts"
import type { Flow, FlowChoices, Step } from "./flow.ts"
import { loginBrowser, loginSteps, redirectOf, redirectParameters } from "./front-channel.ts"
import { issuedTokens } from "./issued-tokens.ts"

/** The steps after a login in which a code comes back through the browser and is exchanged. */
export function codeSteps(exchanged: string, issued: string): readonly Step[] {
  return [
    { id: "callback", from: "issuer", to: "browser", label: "redirect with a code" },
    { id: "code", from: "browser", to: "client", label: "code, state" },
    { id: "token-request", from: "client", to: "issuer", label: exchanged },
    { id: "token-response", from: "issuer", to: "client", label: issued },
  ]
}

export const apiCall: Step = { id: "call", from: "client", to: "api", label: "Authorization: Bearer, access token" }

export const authorizationCode: Flow = {
  id: "authorization-code",
  title: "Authorization Code",
  use: "A web application with a server, which can keep a secret.",
  client: "web",
  hasUser: true,
  steps: [
    loginSteps.authorize("client_id, scope, audience, state"),
    loginSteps.login,
    ...codeSteps("code, client secret", "access token, ID token"),
    apiCall,
  ],
  async run(issuer, choices, tell) {
    const steps = [{ request: "token-request", response: "token-response" }]
    const configuration = await discoverClient(issuer, "web", steps, tell)
    const expectedState = client.randomState()
    const nonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(configuration, {
      ...authorizationParameters(choices, issuer.audience),
      state: expectedState,
      nonce,
    })
    const callback = redirectOf(await loginBrowser(tell).visit(url))
    tell({ step: "callback", summary: "redirect", parameters: redirectParameters(callback) })
    tell({ step: "code", summary: `GET ${callback.pathname}`, parameters: redirectParameters(callback) })
    return issuedTokens(
      await client.authorizationCodeGrant(configuration, callback, { expectedState, ...nonceChecks(choices, nonce) }),
    )
  },
}

/** What every flow with a browser asks for. */
export function authorizationParameters(
  { user, scope, withAudience, organization }: FlowChoices,
  audience: string,
): Record<string, string> {
  return {
    redirect_uri: redirectUri,
    scope,
    login_hint: user,
    ...(withAudience && { audience }),
    ...(organization !== null && { organization }),
  }
}

/** A nonce comes back in the ID token, which there is with the scope openid. */
export function nonceChecks({ scope }: FlowChoices, nonce: string) {
  return scope.split(" ").includes("openid") ? { expectedNonce: nonce } : {}
}
