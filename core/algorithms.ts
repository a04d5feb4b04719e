/** How one JOSE algorithm (RFC 7518 §3.1, RFC 8037, RFC 9864) is verified with WebCrypto. */
export interface Algorithm {
  readonly kty: "RSA" | "EC" | "OKP"
  /** The curve a key must have; null for RSA. */
  readonly crv: string | null
  /** How long a signature is (RFC 7518 §3.4, RFC 8037 §3.1); null for RSA, where it is as long as the key's modulus. */
  readonly signatureBytes: number | null
  readonly importParameters: { readonly name: string; readonly hash?: string; readonly namedCurve?: string }
  readonly verifyParameters: { readonly name: string; readonly hash?: string; readonly saltLength?: number }
}

/** Every algorithm that may be allowed. HMAC is absent on purpose: a shared secret has no place in a public key set. */
export const algorithms = {
  RS256: rsa("RSASSA-PKCS1-v1_5", "SHA-256"),
  RS384: rsa("RSASSA-PKCS1-v1_5", "SHA-384"),
  RS512: rsa("RSASSA-PKCS1-v1_5", "SHA-512"),
  PS256: rsa("RSA-PSS", "SHA-256", 32),
  PS384: rsa("RSA-PSS", "SHA-384", 48),
  PS512: rsa("RSA-PSS", "SHA-512", 64),
  ES256: ecdsa("P-256", 64, "SHA-256"),
  ES384: ecdsa("P-384", 96, "SHA-384"),
  ES512: ecdsa("P-521", 132, "SHA-512"),
  EdDSA: ed25519(),
  Ed25519: ed25519(),
} as const satisfies Record<string, Algorithm>

/** The name of an algorithm that may be allowed, in the exact case of its registration. */
export type AlgorithmName = keyof typeof algorithms

/** NIST SP 800-57 and RFC 7518 §3.3; WebCrypto itself would import 512 bits. */
export const minimumRsaBits = 2048

function rsa(name: string, hash: string, saltLength?: number): Algorithm {
  // RFC 7518 §3.5: the salt is as long as the hash.
  const verifyParameters = saltLength === undefined ? { name } : { name, saltLength }
  return { kty: "RSA", crv: null, signatureBytes: null, importParameters: { name, hash }, verifyParameters }
}

function ecdsa(namedCurve: string, signatureBytes: number, hash: string): Algorithm {
  return {
    kty: "EC",
    crv: namedCurve,
    signatureBytes,
    importParameters: { name: "ECDSA", namedCurve },
    verifyParameters: { name: "ECDSA", hash },
  }
}

function ed25519(): Algorithm {
  return {
    kty: "OKP",
    crv: "Ed25519",
    signatureBytes: 64,
    importParameters: { name: "Ed25519" },
    verifyParameters: { name: "Ed25519" },
  }
}
