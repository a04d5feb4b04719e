import { randomBytes } from "node:crypto"
import { exportJWK, generateKeyPair } from "jose"
import type { JWK } from "oidc-provider"

/** A private signing key of the issuer. What it publishes is the public part, with the same `kid` and `alg`. */
export type SigningKey = JWK & { readonly kid: string; readonly alg: string }

/** Makes a key for one JOSE algorithm, RSA keys with 2048 bits. */
export async function newSigningKey(alg: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const kid = randomBytes(16).toString("base64url")
  return { ...((await exportJWK(privateKey)) as JWK), kid, alg, use: "sig" }
}
