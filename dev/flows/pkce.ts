import * as client from "openid-client"
import type { LocalIssuer } from "../issuer/issuer.ts"
import { asksFor, authorizationParameters } from "./authorization-request.ts"
import { type BackChannelSteps, discoverClient, tokenExchange, tokenSteps } from "./client.ts"
import { apiCall, type Flow, type FlowChoices, type Happening } from "./flow.ts"
import { logInByRedirect, loginSteps, redirectSteps } from "./front-channel.ts"
import { issuedTokens } from "./issued-tokens.ts"

/** The steps of a login with PKCE, to the tokens that are issued. */
export function pkceSteps(issued: string) {
  return [
    ...loginSteps("scope, audience, code_challenge"),
    ...redirectSteps,
    ...tokenSteps("code, code_verifier", issued),
  ]
}

export const pkce: Flow = {
  id: "pkce",
  title: "Authorization Code with PKCE",
  use: "A single-page, mobile or desktop application, which can't keep a secret; a server's, too.",
  client: "spa",
  hasUser: true,
  steps: [...pkceSteps("access token, ID token"), apiCall],
  async run(issuer, choices, tell) {
    return issuedTokens((await logIn(issuer, choices, [], tell)).answer)
  },
}

/** Logs in with PKCE. `later` are the steps of requests that the client is to send afterwards. */
export async function logIn(
  issuer: LocalIssuer,
  choices: FlowChoices,
  later: readonly BackChannelSteps[],
  tell: (happening: Happening) => void,
): Promise<{ readonly configuration: client.Configuration; readonly answer: client.TokenEndpointResponse }> {
  const configuration = await discoverClient(issuer, "spa", [tokenExchange, ...later], tell)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  // It comes back in the ID token, which there is with the scope openid.
  const nonce = asksFor(choices, "openid") ? client.randomNonce() : null
  const url = client.buildAuthorizationUrl(configuration, {
    ...authorizationParameters(choices, issuer.audience),
    state: expectedState,
    ...(nonce !== null && { nonce }),
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  })
  const callback = await logInByRedirect(url, tell)
  const checks = { pkceCodeVerifier, expectedState, ...(nonce !== null && { expectedNonce: nonce }) }
  return { configuration, answer: await client.authorizationCodeGrant(configuration, callback, checks) }
}
