import { Hono } from "hono"
import { jwk } from "hono/jwk"
import type { KeySetPeer } from "../peer.ts"

export const honoJwk: KeySetPeer = {
  name: "hono jwk",
  note: "the middleware with `jwks_uri`",
  start({ issuer, jwksUri, audience }) {
    const app = new Hono()
    app.use("*", jwk({ jwks_uri: jwksUri, alg: ["RS256"], verification: { iss: issuer, aud: audience } }))
    app.get("*", (context) => context.text("in"))
    // Hono prints what its middleware throws when a key set can't be read.
    app.onError((error) => ("getResponse" in error ? error.getResponse() : new Response(null, { status: 500 })))
    return async (token) => {
      const response = await app.request("/orders/42", { headers: { authorization: `Bearer ${token}` } })
      return response.status === 200
    }
  },
}
