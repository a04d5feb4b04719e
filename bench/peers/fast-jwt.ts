import { createPublicKey } from "node:crypto"
import { createVerifier } from "fast-jwt"
import { bearerToken, onHeader, type Peer, type Settings, type Verifier } from "../peer.ts"

/** Without its cache: every token is checked. */
export const fastJwt: Peer = {
  name: "fast-jwt",
  packages: ["fast-jwt"],
  runsIn: ["node"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "claims",
  note: "one verifier with the key itself, no key function: its synchronous way",
  prepare: async (settings) => prepareFastJwt(settings, false),
}

/** One verifier object with the key in it, so that fast-jwt runs synchronously and keeps the parsed key. */
export function prepareFastJwt({ algorithm, audience, issuer, keySet }: Settings, cache: boolean): Verifier {
  const key = createPublicKey({ key: { ...keySet.keys[0] }, format: "jwk" }).export({ format: "pem", type: "spki" })
  const verify = createVerifier({
    key,
    cache,
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    // Without this it accepts a token that leaves the claim out.
    requiredClaims: ["iss", "aud", "exp"],
  })
  return onHeader((authorization) => {
    try {
      verify(bearerToken(authorization))
      return true
    } catch {
      return false
    }
  })
}
