import * as client from "openid-client"
import type { LocalIssuer } from "../issuer/issuer.ts"
import { apiCall, authorizationParameters, codeSteps, nonceChecks } from "./authorization-code.ts"
import { type BackChannelSteps, discoverClient } from "./client.ts"
import type { Flow, FlowChoices, Happening } from "./flow.ts"
import { loginBrowser, loginSteps, redirectOf, redirectParameters } from "./front-channel.ts"
import { issuedTokens } from "./issued-tokens.ts"

export const pkceSteps = [loginSteps.authorize("scope, audience, code_challenge"), loginSteps.login] as const

export const pkce: Flow = {
  id: "pkce",
  title: "Authorization Code with PKCE",
  use: "A single-page, mobile or desktop application, which can't keep a secret; a server's, too.",
  client: "spa",
  hasUser: true,
  steps: [...pkceSteps, ...codeSteps("code, code_verifier", "access token, ID token"), apiCall],
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
  const steps = [{ request: "token-request", response: "token-response" }, ...later]
  const configuration = await discoverClient(issuer, "spa", steps, tell)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const nonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(configuration, {
    ...authorizationParameters(choices, issuer.audience),
    // A refresh token is not given out unasked.
    ...(choices.scope.split(" ").includes("offline_access") && { prompt: "consent" }),
    state: expectedState,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  })
  const callback = redirectOf(await loginBrowser(tell).visit(url))
  tell({ step: "callback", summary: "redirect", parameters: redirectParameters(callback) })
  tell({ step: "code", summary: `GET ${callback.pathname}`, parameters: redirectParameters(callback) })
  const answer = await client.authorizationCodeGrant(configuration, callback, {
    pkceCodeVerifier,
    expectedState,
    ...nonceChecks(choices, nonce),
  })
  return { configuration, answer }
}
