import { JwtVerifier } from "aws-jwt-verify"
import { bearerToken, onHeader, type Peer } from "../peer.ts"

/** Keys preloaded with `cacheJwks`. In Node the synchronous twin is used: it is the faster one, and WebCrypto has none. */
export const awsJwtVerify: Peer = {
  name: "aws-jwt-verify",
  packages: ["aws-jwt-verify"],
  runsIn: ["node", "workerd"],
  algorithms: ["RS256", "ES256", "EdDSA"],
  checks: "claims",
  note: "`cacheJwks`; in Node `verifySync`, in workerd `verify`",
  async prepare({ audience, issuer, keySet, runtime }) {
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}.well-known/jwks.json` })
    verifier.cacheJwks({ keys: keySet.keys.map((key) => ({ ...key })) })
    if (runtime === "node")
      return onHeader((authorization) => {
        try {
          verifier.verifySync(bearerToken(authorization))
          return true
        } catch {
          return false
        }
      })
    return onHeader((authorization) =>
      verifier.verify(bearerToken(authorization)).then(
        () => true,
        () => false,
      ),
    )
  },
}
