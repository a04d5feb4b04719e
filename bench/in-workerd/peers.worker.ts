import type { Peer } from "../peer.ts"
import { awsJwtVerify } from "../peers/aws-jwt-verify.ts"
import { bareSubtle } from "../peers/bare-subtle.ts"
import { honoJwk } from "../peers/hono-jwk.ts"
import { jose } from "../peers/jose.ts"
import { oursOnWorkers } from "../peers/ours.worker.ts"

/** All that is compared in workerd, in the order of the tables. The first is the limit. */
export const workerdPeers: readonly Peer[] = [bareSubtle, oursOnWorkers, awsJwtVerify, jose, honoJwk]
