import { promisify } from "node:util"
import jwt from "jsonwebtoken"
import jwksClient from "jwks-rsa"
import { isKept, type KeySetPeer } from "../peer.ts"

export const jsonwebtoken: KeySetPeer = {
  name: "jsonwebtoken + jwks-rsa",
  note: "jwks-rsa as in Auth0's sample: `cache`, `rateLimit`, `jwksRequestsPerMinute: 10`",
  start({ issuer, jwksUri, audience }) {
    const client = jwksClient({ cache: true, rateLimit: true, jwksRequestsPerMinute: 10, jwksUri })
    const getSigningKey = promisify<string, jwksClient.SigningKey | undefined>(client.getSigningKey.bind(client))
    return (token) => isKept(verify(token))

    async function verify(token: string): Promise<void> {
      const kid = jwt.decode(token, { complete: true })?.header.kid
      const key = kid === undefined ? undefined : await getSigningKey(kid)
      if (!key) throw new Error("no such key")
      jwt.verify(token, key.getPublicKey(), { issuer, audience })
    }
  },
}
