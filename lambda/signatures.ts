import type crypto from "node:crypto"
import type { KeyObject, SigningOptions } from "node:crypto"
import { type AlgorithmName, algorithms, type Signatures } from "../core/index.ts"
import { derSignature } from "./der-signature.ts"

// Not imported: an import reads every export, and with them loads parts of node:crypto that nobody asks for here.
const { constants, createPublicKey, verify }: typeof crypto = process.getBuiltinModule("node:crypto")

/** A key for one algorithm, and the name of the hash; null for EdDSA, which has its own. */
interface NodeKey {
  readonly key: KeyObject & SigningOptions
  readonly hash: string | null
  readonly signatureBytes: number
  /** Whether a signature's JOSE form is another than OpenSSL's own. */
  readonly isEcdsa: boolean
}

/** node:crypto checks at once, where WebCrypto hops to another thread and back: for RSA that takes as long again. */
export const nodeSignatures: Signatures = {
  importKey(jwk, algorithm): NodeKey {
    const key = createPublicKey({ key: jwk, format: "jwk" })
    // Node takes the options from whatever it is given as the key. From `{ key, ...options }` it would, too, but finds out by an
    // exception of its own that this is no key, which takes longer than some signatures.
    const { kty, signatureBytes } = algorithms[algorithm]
    return {
      key: Object.assign(key, optionsOf(algorithm)),
      hash: hashOf(algorithm),
      // An RSA signature is as long as the modulus (RFC 8017 §8.1.2, step 1).
      signatureBytes: signatureBytes ?? Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8),
      isEcdsa: kty === "EC",
    }
  },
  verify(handle, _algorithm, signature, data) {
    const { key, hash, signatureBytes, isEcdsa } = handle as NodeKey
    // OpenSSL would take one whose leading zeros were left out.
    if (signature.length !== signatureBytes) return false
    return verify(hash, data, key, isEcdsa ? derSignature(signature) : signature)
  },
}

function optionsOf(algorithm: AlgorithmName): SigningOptions {
  const { kty, verifyParameters } = algorithms[algorithm]
  if ("saltLength" in verifyParameters)
    return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: verifyParameters.saltLength }
  return kty === "RSA" ? { padding: constants.RSA_PKCS1_PADDING } : {}
}

function hashOf(algorithm: AlgorithmName): string | null {
  return algorithms[algorithm].kty === "OKP" ? null : `sha${algorithm.slice(2)}`
}
