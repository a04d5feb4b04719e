import type { Peer } from "../peer.ts"
import { awsJwtVerify } from "../peers/aws-jwt-verify.ts"
import { bareNodeCrypto } from "../peers/bare-node-crypto.ts"
import { bareSubtle } from "../peers/bare-subtle.ts"
import { expressOauth2JwtBearer } from "../peers/express-oauth2-jwt-bearer.ts"
import { fastJwt } from "../peers/fast-jwt.ts"
import { fastJwtCached } from "../peers/fast-jwt-cached.ts"
import { honoJwk } from "../peers/hono-jwk.ts"
import { jose } from "../peers/jose.ts"
import { jsonWebToken } from "../peers/jsonwebtoken.ts"
import { oursOnLambda } from "../peers/ours-lambda.ts"

/** All that is compared in Node, in the order of the tables. The first is the limit. */
export const nodePeers: readonly Peer[] = [
  bareNodeCrypto,
  bareSubtle,
  oursOnLambda,
  fastJwtCached,
  fastJwt,
  awsJwtVerify,
  jose,
  jsonWebToken,
  expressOauth2JwtBearer,
  honoJwk,
]
