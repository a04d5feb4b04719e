type Json = Readonly<Record<string, unknown>>

/** What can be read in a text that is sent as a token. Nothing of it is verified here. */
export type DecodedToken =
  | { readonly kind: "none" }
  | { readonly kind: "opaque" }
  /** It looks like a JWT, and can't be read as one. */
  | { readonly kind: "broken"; readonly problem: string }
  | { readonly kind: "jwt"; readonly header: Json; readonly claims: Json; readonly isIdToken: boolean }

export function decodeToken(text: string): DecodedToken {
  if (text.trim() === "") return { kind: "none" }
  const parts = text.split(".")
  if (parts.length === 1) return { kind: "opaque" }
  if (parts.length !== 3)
    return { kind: "broken", problem: `It has ${parts.length} parts; a signed JWT has three, with dots between them.` }
  const [header, claims] = parts.map(readPart)
  if (!header) return { kind: "broken", problem: "Its header is no JSON in base64url." }
  if (!claims) return { kind: "broken", problem: "Its claims are no JSON in base64url." }
  return { kind: "jwt", header, claims, isIdToken: idTokenClaims.some((name) => name in claims) }
}

/** Only ID tokens have them (OpenID Connect Core §2, §3.3.2.11). */
const idTokenClaims = ["nonce", "at_hash", "c_hash", "s_hash"]

function readPart(part: string): Json | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    // What is nested so deep that it can't be written again can't be shown either.
    JSON.stringify(value)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null
  } catch {
    return null
  }
}

/** Writes a part of a JWT. */
export function writePart(value: Json): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")
}
