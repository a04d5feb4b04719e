import { constants, createPublicKey, verify } from "node:crypto"
import type { Peer, Verifier } from "../peer.ts"
import { type SignedParts, signedParts } from "./signed-parts.ts"

const hashes = { RS256: "sha256", PS256: "sha256", ES256: "sha256", EdDSA: null } as const
const pssOptions = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

/**
 * The limit in Node: one synchronous `verify` on what was made before, in the form that costs Node least. That is a key object and no
 * object around it (Node 24 finds out by an exception that `{ key }` is no key, for about 8 µs), and a signature of ES256 in DER, as
 * OpenSSL reads it.
 */
export const bareNodeCrypto: Peer = {
  name: "bare node:crypto verify",
  packages: [],
  runsIn: ["node"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "signature",
  note: "token split and decoded beforehand; a key object as it is; ES256 signatures as DER",
  async prepare({ algorithm, keySet }): Promise<Verifier<SignedParts>> {
    const hash = hashes[algorithm]
    const keyObject = createPublicKey({ key: { ...keySet.keys[0] }, format: "jwk" })
    // Node reads the options off whatever it is given as the key.
    const key: typeof keyObject = algorithm === "PS256" ? Object.assign(keyObject, pssOptions) : keyObject
    const present: (authorization: string) => SignedParts = algorithm === "ES256" ? signedPartsInDer : signedParts
    return { present, decide: ({ signature, signedBytes }) => verify(hash, signedBytes, key, signature) }
  },
}

function signedPartsInDer(authorization: string): SignedParts {
  const { signature, signedBytes } = signedParts(authorization)
  const [r, s] = [derInteger(signature.subarray(0, 32)), derInteger(signature.subarray(32))]
  return { signedBytes, signature: Uint8Array.from([0x30, r.length + s.length, ...r, ...s]) }
}

/** X.690 §8.3: the fewest bytes that hold the number, and a zero in front of a first bit that would be read as a sign. */
function derInteger(bytes: Uint8Array): number[] {
  const digits = [
    ...bytes.subarray(
      Math.max(
        bytes.findIndex((byte) => byte !== 0),
        0,
      ),
    ),
  ]
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0)
  return [0x02, digits.length, ...digits]
}
