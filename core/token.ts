import { decodeBase64urlInto, decodedLength } from "./base64url.ts"
import { isRejection, type Rejection, refuse } from "./decision.ts"
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

/** Where header and payload are decoded to, one after the other, on their way to being parsed. */
const decoded = new Uint8Array(decodedLength(maximumTokenLength))

/**
 * Bytes are taken from a stock, each once: making a buffer for every token costs as much as decoding it. The size is that of
 * some fifty tokens.
 */
let stock = new Uint8Array(0)
const stockBytes = 65_536

/**
 * Headers that were parsed before, by their text: an issuer has a few, and every token one of them. Cleared when full, so that
 * invented headers cost the memory of this many at most.
 */
const knownHeaders = new Map<string, UntrustedHeader>()
const maximumKnownHeaders = 64

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
  const end = text.length
  const bytes = takeBytes(end)
  const signature = takeBytes(decodedLength(end - second - 1))
  // What is not ASCII, or finds no room because of it and leaves zeros, is not of the alphabet.
  ascii.encodeInto(text, bytes)
  if (decodeBase64urlInto(signature, bytes, second + 1, end) === null) return notBase64url()

  const known = knownHeaders.get(text.slice(0, first))
  const untrustedHeader = known ?? parseHeader(bytes, first)
  if (isRejection(untrustedHeader)) return untrustedHeader
  if (!known) knowHeader(bytes.subarray(0, first), untrustedHeader)

  const length = decodeBase64urlInto(decoded, bytes, first + 1, second)
  if (length === null) return notBase64url()
  const untrustedPayload = parseJsonObject(decoded.subarray(0, length))
  if (!untrustedPayload) return refuse("token_malformed", { expected: "a payload that is one strict JSON object" })
  return { untrustedHeader, untrustedPayload, signedBytes: bytes.subarray(0, second), signature }
}

function takeBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length > stock.length) stock = new Uint8Array(stockBytes)
  const taken = stock.subarray(0, length)
  stock = stock.subarray(length)
  return taken
}

function parseHeader(token: Uint8Array, end: number): UntrustedHeader | Rejection {
  const length = decodeBase64urlInto(decoded, token, 0, end)
  if (length === null) return notBase64url()
  const header = parseJsonObject(decoded.subarray(0, length))
  if (!header) return refuse("token_malformed", { expected: "a header that is one strict JSON object" })
  const { alg, kid, typ } = header
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) return refuse("critical_header")
  if (typeof alg !== "string") return refuse("token_malformed", { expected: "a header with alg" })
  if (kid !== undefined && (typeof kid !== "string" || kid.length > maximumKidLength))
    return refuse("token_malformed", { expected: `a kid that is a string of at most ${maximumKidLength} characters` })
  if (typ !== undefined && typeof typ !== "string") return refuse("token_type", { expected: "a typ that is a string" })
  return { alg, kid: kid ?? null, typ: typ ?? null }
}

/** From its bytes: a part of the token's own text would keep all of it alive, signature included. */
function knowHeader(text: Uint8Array, header: UntrustedHeader): void {
  if (knownHeaders.size >= maximumKnownHeaders) knownHeaders.clear()
  knownHeaders.set(new TextDecoder().decode(text), header)
}

function notBase64url(): Rejection {
  return refuse("token_malformed", { expected: "canonical base64url" })
}
