import { JwtVerifier } from "aws-jwt-verify"
import { allow, bearerTokenIn, setting, type TokenEvent } from "./event.ts"

const verifier = JwtVerifier.create({
  issuer: setting("ISSUER"),
  audience: setting("AUDIENCE"),
  jwksUri: setting("JWKS_URI"),
})

export async function handler(event: TokenEvent) {
  const claims = await verifier.verify(bearerTokenIn(event))
  if (claims.sub === undefined) throw new Error("Unauthorized")
  return allow(claims.sub, event, claims.scope)
}
