import { createLocalJWKSet, jwtVerify } from "jose"
import { bearerToken, onHeader, type Peer } from "../peer.ts"

/** A local key set is what jose's remote one is once it has been fetched: it keeps the imported keys. */
export const jose: Peer = {
  name: "jose",
  packages: ["jose"],
  runsIn: ["node", "workerd"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "claims",
  note: "`jwtVerify` with `createLocalJWKSet`",
  async prepare({ algorithm, audience, issuer, keySet }) {
    const keys = createLocalJWKSet({ keys: keySet.keys.map((key) => ({ ...key })) })
    const options = { issuer, audience, algorithms: [algorithm], requiredClaims: ["exp"] }
    return onHeader((authorization) =>
      jwtVerify(bearerToken(authorization), keys, options).then(
        () => true,
        () => false,
      ),
    )
  },
}
