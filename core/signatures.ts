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

interface ImportedKey {
  readonly key: CryptoKey
  readonly signatureBytes: number
}

/** Signatures by WebCrypto, which every platform has. */
export const webCryptoSignatures: Signatures = {
  async importKey(jwk, algorithm): Promise<ImportedKey> {
    const { importParameters, signatureBytes } = algorithms[algorithm]
    const key = await crypto.subtle.importKey("jwk", jwk, importParameters, false, ["verify"])
    return { key, signatureBytes: signatureBytes ?? modulusBytes(key) }
  },
  verify(handle, algorithm, signature, data) {
    const { key, signatureBytes } = handle as ImportedKey
    // Of another length, workerd throws for Ed25519, and Node takes one for RSA whose leading zeros were left out.
    if (signature.length !== signatureBytes) return false
    return crypto.subtle.verify(algorithms[algorithm].verifyParameters, key, signature, data)
  },
}

/** An RSA signature is as long as the modulus (RFC 8017 §8.1.2 and §8.2.2, step 1). */
function modulusBytes({ algorithm }: CryptoKey): number {
  return Math.ceil((algorithm as object as { readonly modulusLength: number }).modulusLength / 8)
}
