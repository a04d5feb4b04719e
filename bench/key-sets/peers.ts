import type { KeySetPeer } from "./peer.ts"
import { awsJwtVerify } from "./peers/aws-jwt-verify.ts"
import { expressOauth2JwtBearer } from "./peers/express-oauth2-jwt-bearer.ts"
import { honoJwk } from "./peers/hono-jwk.ts"
import { jose } from "./peers/jose.ts"
import { jsonwebtoken } from "./peers/jsonwebtoken.ts"
import { ours } from "./peers/ours.ts"

/** All that fetch key sets by themselves. fast-jwt doesn't: it leaves that to its user. */
export const keySetPeers: readonly KeySetPeer[] = [
  ours,
  jose,
  awsJwtVerify,
  jsonwebtoken,
  honoJwk,
  expressOauth2JwtBearer,
]
