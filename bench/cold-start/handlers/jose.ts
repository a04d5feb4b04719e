import { createRemoteJWKSet, jwtVerify } from "jose"
import { allow, bearerTokenIn, setting, type TokenEvent } from "./event.ts"

const keySet = createRemoteJWKSet(new URL(setting("JWKS_URI")))
const options = { issuer: setting("ISSUER"), audience: setting("AUDIENCE"), algorithms: ["RS256"] }

export async function handler(event: TokenEvent) {
  const { payload } = await jwtVerify(bearerTokenIn(event), keySet, options)
  if (payload.sub === undefined) throw new Error("Unauthorized")
  return allow(payload.sub, event, payload.scope)
}
