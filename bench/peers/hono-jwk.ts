import { Jwt } from "hono/utils/jwt"
import { bearerToken, onHeader, type Peer } from "../peer.ts"

/**
 * `verifyWithJwks` is all of hono's `jwk` middleware that is not about the request and the response, so hono pays for no Request and
 * no Context here. It imports the key for every token: it has no place to keep one.
 */
export const honoJwk: Peer = {
  name: "hono jwk",
  packages: ["hono"],
  runsIn: ["node", "workerd"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "claims",
  note: "`verifyWithJwks`, what its `jwk` middleware calls",
  async prepare({ algorithm, audience, issuer, keySet }) {
    const options = {
      keys: keySet.keys.map((key) => ({ ...key })),
      allowedAlgorithms: [algorithm],
      verification: { iss: issuer, aud: audience },
    }
    return onHeader((authorization) =>
      Jwt.verifyWithJwks(bearerToken(authorization), options).then(
        () => true,
        () => false,
      ),
    )
  },
}
