import type { Peer } from "../peer.ts"
import { fastJwt, prepareFastJwt } from "./fast-jwt.ts"

/** With its cache at its own default: 1,000 tokens, found by their SHA-256. */
export const fastJwtCached: Peer = {
  ...fastJwt,
  name: "fast-jwt, cache on",
  note: "`cache: true`: 1,000 tokens, found by a hash of the token",
  prepare: async (settings) => prepareFastJwt(settings, true),
}
