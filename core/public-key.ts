import { minimumRsaBits } from "./algorithms.ts"
import { decodeBase64url } from "./base64url.ts"
import { isJsonObject } from "./json.ts"

/** One public key, checked and stripped to what WebCrypto needs. `alg` is null where the issuer leaves it open. */
export interface PublicKey {
  readonly kid: string | null
  readonly alg: string | null
  readonly kty: string
  readonly crv: string | null
  readonly jwk: { readonly kty: string } & Readonly<Record<string, string>>
}

/** Above this, one signature check costs more than it proves. */
const maximumRsaBits = 8192
/** RFC 7518 §6.2.1.2: a coordinate is as long as the field, leading zeros included. */
const curveBytes = new Map([
  ["P-256", 32],
  ["P-384", 48],
  ["P-521", 66],
])
/** RFC 7518 §6.2.2, §6.3.2 and §6.4.1: what only a private or a symmetric key has. */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

/** Checks one JWK for use with signatures (RFC 7517 §4, RFC 7518 §6), or says why it can't be used. */
export function readPublicKey(entry: unknown): PublicKey | string {
  if (!isJsonObject(entry)) return "is not an object"
  const { kid = null, alg = null, use, key_ops } = entry
  if (kid !== null && typeof kid !== "string") return "kid is not a string"
  if (alg !== null && typeof alg !== "string") return "alg is not a string"
  if (use !== undefined && use !== "sig") return "is not for signatures"
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes("verify"))) return "is not for verification"
  // A set that shows a private member is compromised, or is no set of public keys.
  if (privateMembers.some((name) => Object.hasOwn(entry, name))) return "is not a public key"

  const { kty, crv, n, e, x, y } = entry
  if (kty === "RSA") {
    const bits = bitLength(n)
    if (bits < minimumRsaBits || bits > maximumRsaBits) return `RSA of ${bits} bits`
    const exponent = typeof e === "string" ? decodeBase64url(e) : null
    // An even exponent or 1 is no RSA key; 1 would let every signature be its own message.
    if (!exponent || (exponent.at(-1) ?? 0) % 2 === 0 || bitLength(e) < 2) return "RSA with an unusable exponent"
    return { kid, alg, kty, crv: null, jwk: { kty, n: n as string, e: e as string } }
  }
  if (kty === "EC" && typeof crv === "string") {
    const coordinateBytes = curveBytes.get(crv)
    if (coordinateBytes === undefined) return `unsupported curve ${crv}`
    if (byteLength(x) !== coordinateBytes || byteLength(y) !== coordinateBytes) return "coordinates of the wrong length"
    return { kid, alg, kty, crv, jwk: { kty, crv, x: x as string, y: y as string } }
  }
  if (kty === "OKP" && crv === "Ed25519") {
    if (byteLength(x) !== 32) return "a public key of the wrong length"
    return { kid, alg, kty, crv, jwk: { kty, crv, x: x as string } }
  }
  return `unsupported key type ${typeof kty === "string" ? kty : "that is no string"}`
}

/** The key as a JWK again (RFC 7517 §4), from which `readPublicKey` reads the same key. */
export function writePublicKey({ kid, alg, jwk }: PublicKey): Readonly<Record<string, string>> {
  return { ...(kid !== null && { kid }), ...(alg !== null && { alg }), ...jwk }
}

/** The length in bits of a canonical base64url integer; 0 if it is none. */
function bitLength(value: unknown): number {
  const bytes = typeof value === "string" ? decodeBase64url(value) : null
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1
  if (!bytes || first === -1) return 0
  return (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24
}

function byteLength(value: unknown): number {
  return (typeof value === "string" ? decodeBase64url(value) : null)?.length ?? 0
}
