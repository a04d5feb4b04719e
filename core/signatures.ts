import { type AlgorithmName, algorithms } from "./algorithms.ts"
import type { PublicKey } from "./public-key.ts"

/**
 * How signatures are checked. A platform may lend its own through `Ports`; it must take and refuse exactly what WebCrypto does.
 */
export interface Signatures {
  /** Takes in a checked public key for one algorithm. Throws or rejects for a key that is none, such as a point off its curve. */
  importKey(jwk: PublicKey["jwk"], algorithm: AlgorithmName): object | Promise<object>
  /** Whether a signature in its JOSE form (RFC 7518 §3) holds. False, and no error, for one of the wrong length or form. */
  verify(
    key: object,
    algorithm: AlgorithmName,
    signature: Uint8Array<ArrayBuffer>,
    data: Uint8Array<ArrayBuffer>,
  ): boolean | Promise<boolean>
}

/** Signatures by WebCrypto, which every platform has. */
export const webCryptoSignatures: Signatures = {
  importKey: (jwk, algorithm) =>
    crypto.subtle.importKey("jwk", jwk, algorithms[algorithm].importParameters, false, ["verify"]),
  verify(key, algorithm, signature, data) {
    const { signatureBytes, verifyParameters } = algorithms[algorithm]
    // workerd throws for an Ed25519 signature of another length, where others say that it doesn't hold.
    if (signatureBytes !== null && signature.length !== signatureBytes) return false
    return crypto.subtle.verify(verifyParameters, key as CryptoKey, signature, data)
  },
}
