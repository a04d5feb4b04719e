import { promisify } from "node:util"
import jwt from "jsonwebtoken"
import jwksClient from "jwks-rsa"
import { allow, bearerTokenIn, setting, type TokenEvent } from "./event.ts"

// What Auth0's sample of a custom authorizer does: jsonwebtoken, and jwks-rsa with its cache and its rate limit on.
const client = jwksClient({ cache: true, rateLimit: true, jwksRequestsPerMinute: 10, jwksUri: setting("JWKS_URI") })
const getSigningKey = promisify<string, jwksClient.SigningKey | undefined>(client.getSigningKey.bind(client))
const options = { audience: setting("AUDIENCE"), issuer: setting("ISSUER") }

export async function handler(event: TokenEvent) {
  const token = bearerTokenIn(event)
  const kid = jwt.decode(token, { complete: true })?.header.kid
  if (kid === undefined) throw new Error("Unauthorized")
  const key = await getSigningKey(kid)
  if (!key) throw new Error("Unauthorized")
  const claims = jwt.verify(token, key.getPublicKey(), options)
  if (typeof claims === "string" || claims.sub === undefined) throw new Error("Unauthorized")
  return allow(claims.sub, event, claims.scope)
}
