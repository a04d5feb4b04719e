import * as client from "openid-client"
import { Browser } from "../../dev/flows/browser.ts"
import type { LocalIssuer } from "../../dev/issuer/issuer.ts"
import { clientSecret, redirectUri } from "../../dev/issuer/tenant.ts"

type Parameters = Record<string, string>

/** The certified client library, configured from an issuer's discovery document. */
export function discover({ issuer }: LocalIssuer, clientId: "m2m" | "spa" | "dpop"): Promise<client.Configuration> {
  const authentication = clientId === "spa" ? client.None() : client.ClientSecretBasic(clientSecret)
  return client.discovery(new URL(issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  })
}

/** An access token by client credentials. */
export async function machineToken(from: LocalIssuer, parameters: Parameters): Promise<string> {
  return (await client.clientCredentialsGrant(await discover(from, "m2m"), parameters)).access_token
}

/** What a user's client gets by authorization code with PKCE: an access token and, with the scope openid, an ID token. */
export async function userTokens(from: LocalIssuer, parameters: Parameters): Promise<client.TokenEndpointResponse> {
  const configuration = await discover(from, "spa")
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    audience: from.audience,
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...parameters,
  })
  const { url: callback } = await new Browser().visit(url)
  return client.authorizationCodeGrant(configuration, callback, { pkceCodeVerifier, expectedState })
}

/** An access token that is bound to a key by DPoP, with the proof's handle. */
export async function boundToken(from: LocalIssuer, parameters: Parameters) {
  const configuration = await discover(from, "dpop")
  const proof = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair("ES256"))
  const answer = await client.clientCredentialsGrant(configuration, parameters, { DPoP: proof })
  return { answer, proof, configuration }
}
