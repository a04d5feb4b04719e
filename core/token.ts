import { decodeBase64url } from "./base64url.ts"
import { type Rejection, refuse } from "./decision.ts"
import { parseJsonObject } from "./json.ts"

/**
 * The parts of a compact JWS as the caller sent them. NOTHING here is true yet: they serve to choose an issuer and a key, and
 * only `verifyToken` turns them into claims that mean something.
 */
export interface UntrustedToken {
  readonly untrustedHeader: UntrustedHeader
  readonly untrustedPayload: Readonly<Record<string, unknown>>
  /** The ASCII bytes of `header.payload`, which the signature covers (RFC 7515 §5.2). */
  readonly signedBytes: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
}

/** The header parameters that matter. `jku`, `jwk`, `x5u` and `x5c` are never looked at: a token does not choose its own key. */
export interface UntrustedHeader {
  readonly alg: string
  readonly kid: string | null
  readonly typ: string | null
}

/** More than any token fits: API Gateway caps all headers together at 10,240 bytes, and most servers at 8 or 16 KiB. */
export const maximumTokenLength = 16_384

/** A key id is compared, never used as a path, a URL or a query; longer ones than this are no ids but payloads. */
const maximumKidLength = 256

const ascii = new TextEncoder()

/**
 * Takes a compact JWS (RFC 7515 §7.1) apart: bounded, then split, then decoded strictly, then parsed. Refuses JWE, the JSON
 * serialisations, unsecured tokens, non-canonical base64url, duplicate JSON names and any `crit` (RFC 7515 §4.1.11), of
 * which no extension is understood here, `b64` included. Verifies nothing.
 */
export function parseToken(text: string): UntrustedToken | Rejection {
  if (text.length > maximumTokenLength) return refuse("token_too_large", { length: text.length, maximumTokenLength })

  const first = text.indexOf(".")
  const second = text.indexOf(".", first + 1)
  if (first < 1 || second < first + 2 || second === text.length - 1 || text.indexOf(".", second + 1) !== -1)
    return refuse("token_malformed", { expected: "three parts, as in a compact JWS" })

  const headerBytes = decodeBase64url(text.slice(0, first))
  const payloadBytes = decodeBase64url(text.slice(first + 1, second))
  const signature = decodeBase64url(text.slice(second + 1))
  if (!headerBytes || !payloadBytes || !signature) return refuse("token_malformed", { expected: "canonical base64url" })

  const header = parseJsonObject(headerBytes)
  if (!header) return refuse("token_malformed", { expected: "a header that is one strict JSON object" })
  const { alg, kid, typ } = header
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) return refuse("critical_header")
  if (typeof alg !== "string") return refuse("token_malformed", { expected: "a header with alg" })
  if (kid !== undefined && (typeof kid !== "string" || kid.length > maximumKidLength))
    return refuse("token_malformed", { expected: `a kid that is a string of at most ${maximumKidLength} characters` })
  if (typ !== undefined && typeof typ !== "string") return refuse("token_type", { expected: "a typ that is a string" })

  const untrustedPayload = parseJsonObject(payloadBytes)
  if (!untrustedPayload) return refuse("token_malformed", { expected: "a payload that is one strict JSON object" })

  return {
    untrustedHeader: { alg, kid: kid ?? null, typ: typ ?? null },
    untrustedPayload,
    signedBytes: ascii.encode(text.slice(0, second)) as Uint8Array<ArrayBuffer>,
    signature,
  }
}
