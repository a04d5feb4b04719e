import { Hono } from "hono"
import { jwk } from "hono/jwk"
import type { GuardEnvironment } from "./environment.ts"

/** Hono's own middleware, as its documentation sets it up. */
const app = new Hono<{ Bindings: GuardEnvironment }>()

app.use("*", (context, next) => {
  const { ISSUER, AUDIENCE } = context.env
  const verification = { iss: ISSUER, aud: AUDIENCE }
  return jwk({ jwks_uri: `${ISSUER}.well-known/jwks.json`, alg: ["RS256"], verification })(context, next)
})
app.all("*", (context) => context.env.ORIGIN.fetch(context.req.raw))

export default app
