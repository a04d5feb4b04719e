import { generateKeyPairSync } from "node:crypto"
import type { RequestListener } from "node:http"
import { Provider } from "oidc-provider"
import { memoryStore } from "../../dev/issuer/store.ts"
import { serve } from "../../dev/serve.ts"

/** An OpenID provider with its maker's own paths and tokens (RFC 9068), and an issuer without a slash at its end: no Auth0 at all. */
export interface PlainIssuer {
  readonly issuer: string
  readonly close: () => Promise<void>
}

/** Starts one, with a client `service` that gets tokens for an API by client credentials. */
export async function startPlainIssuer({
  audience,
  scopes,
}: {
  audience: string
  scopes: readonly string[]
}): Promise<PlainIssuer> {
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()
  const served = await serve((request, response) => answer(request, response), 0, "127.0.0.1")
  const issuer = `http://127.0.0.1:${served.port}`
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    adapter: memoryStore(),
    ttl: { ClientCredentials: 600 },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "2026-01", alg: "RS256", use: "sig" }] },
    clients: [
      {
        client_id: "service",
        client_secret: "secret",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    cookies: { keys: ["local"] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: scopes.join(" "),
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  })
  answer = provider.callback()
  return { issuer, close: served.close }
}
