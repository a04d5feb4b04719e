import type { AlgorithmName, Peer, PublicJwk, Verifier } from "../peer.ts"
import { type SignedParts, signedParts } from "./signed-parts.ts"

const parameters = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
} as const satisfies Record<AlgorithmName, object>

/** The limit wherever WebCrypto is: one `crypto.subtle.verify` on a key that was imported, and bytes that were decoded, before. */
export const bareSubtle: Peer = {
  name: "bare crypto.subtle.verify",
  packages: [],
  runsIn: ["node", "workerd"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "signature",
  note: "token split and decoded beforehand",
  async prepare({ algorithm, keySet }): Promise<Verifier<SignedParts>> {
    const verifyWith = parameters[algorithm]
    const key = await importKey(keySet.keys[0], verifyWith)
    return {
      present: signedParts,
      decide: ({ signature, signedBytes }) => crypto.subtle.verify(verifyWith, key, signature, signedBytes),
    }
  },
}

function importKey(jwk: PublicJwk | undefined, algorithm: { name: string }): Promise<CryptoKey> {
  if (!jwk) throw new Error("the key set is empty")
  const { kty, crv, n, e, x, y } = jwk
  const members = Object.entries({ kty, crv, n, e, x, y }).filter(([, value]) => value !== undefined)
  return crypto.subtle.importKey("jwk", Object.fromEntries(members), algorithm, false, ["verify"])
}
