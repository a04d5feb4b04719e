import { createRemoteJWKSet, jwtVerify } from "jose"
import { isKept, type KeySetPeer } from "../peer.ts"

export const jose: KeySetPeer = {
  name: "jose",
  note: "`createRemoteJWKSet` as it comes",
  start({ issuer, jwksUri, audience }) {
    const keySet = createRemoteJWKSet(new URL(jwksUri))
    return (token) => isKept(jwtVerify(token, keySet, { issuer, audience, algorithms: ["RS256"] }))
  },
}
