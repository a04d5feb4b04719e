import type crypto from "node:crypto"
import type { JsonWebKey } from "node:crypto"

// Not imported: an import reads every export of a built-in module, and loads with it what nobody asks for here.
const { createPublicKey, verify }: typeof crypto = process.getBuiltinModule("node:crypto")

/** Checks the signature of a token (RS256) with a key, and nothing else of it. */
export function hasSignature(token: string, key: JsonWebKey | undefined): boolean {
  const end = token.lastIndexOf(".")
  const signature = Buffer.from(token.slice(end + 1), "base64url")
  if (!key) return false
  return verify("sha256", Buffer.from(token.slice(0, end)), createPublicKey({ key, format: "jwk" }), signature)
}
