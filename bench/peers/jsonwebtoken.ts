import jsonwebtoken from "jsonwebtoken"
import jwksClient from "jwks-rsa"
import { bearerToken, onHeader, type Peer } from "../peer.ts"

/** As Auth0's sample authorizer does it: find the key by the token's kid, then verify with its PEM. */
export const jsonWebToken: Peer = {
  name: "jsonwebtoken + jwks-rsa",
  packages: ["jsonwebtoken", "jwks-rsa"],
  runsIn: ["node"],
  algorithms: ["RS256", "PS256", "ES256"],
  checks: "claims",
  note: "jwks-rsa with its cache, keys from `getKeysInterceptor`",
  async prepare({ algorithm, audience, issuer, keySet }) {
    const client = jwksClient({
      jwksUri: `${issuer}.well-known/jwks.json`,
      cache: true,
      getKeysInterceptor: async () => keySet.keys.map((key) => ({ ...key })),
    })
    const algorithms = [algorithm as jsonwebtoken.Algorithm]
    return onHeader(async (authorization) => {
      try {
        const token = bearerToken(authorization)
        const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid
        const key = await client.getSigningKey(kid)
        jsonwebtoken.verify(token, key.getPublicKey(), { algorithms, audience, issuer })
        return true
      } catch {
        return false
      }
    })
  },
}
