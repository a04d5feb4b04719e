/**
 * One API call as a decision sees it: plain data, the same from every edge.
 *
 * `path` is percent-encoded as the client sent it, begins with "/" and holds no query. Header names are lower-case; a
 * header that was sent twice is joined with ", ", as Fetch and HTTP API do (RFC 9110 §5.3).
 */
export interface AccessRequest {
  readonly method: string
  readonly path: string
  /**
   * As the client sent it, without "?". Left out by an edge that is shown neither it nor all headers, as API Gateway's TOKEN
   * authorizers are: what a rule asks of them is not met then.
   */
  readonly query?: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Longer than any URL that Cloudflare (16 KiB) or API Gateway (10,240 bytes) lets through. */
const maximumPathLength = 16_384

const unreserved = /[-A-Za-z0-9._~]/
// What RFC 3986 §3.3 lets stand in a segment as it is, less "*" and ";", of which see below.
const segmentCharacters = /^[-A-Za-z0-9._~!$&'()+,=:@/]$/
const escapes = /%[0-9A-Fa-f]{2}|[^%]/gu

// Each of these is read in one way by one server and in another by the next, so that a rule could be matched on a path that
// the origin never sees: encoded or not, "\" and control characters; encoded "/"; ";" (stripped with what follows by servlet
// containers); an escaped "%" before two hex digits (decoded twice by some); and "*" and "${", which widen an IAM resource.
const ambiguous = /[\\;*]|\$\{|%(?:0[0-9a-f]|1[0-9a-f]|7f|2f|5c|3b|25[0-9a-f]{2})/i
const controlCharacters = /\p{Cc}/u

/** Paths that are canonical at first sight, as nearly all are: no escapes, and no segment that is empty or begins with a dot. */
const plainPath =
  /^\/(?:[-A-Za-z0-9_~!$&'()+,=:@][-A-Za-z0-9._~!$&'()+,=:@]*(?:\/[-A-Za-z0-9_~!$&'()+,=:@][-A-Za-z0-9._~!$&'()+,=:@]*)*\/?)?$/

/**
 * The one spelling of a path, or null if it can be read in more than one way. The result is what is matched and what the
 * origin receives: unreserved characters decoded, other escapes in upper case (RFC 3986 §6.2.2), everything else that is
 * not allowed in a path escaped. Refused: dot segments in any spelling, empty segments, fragments, escapes that are not
 * UTF-8. A trailing slash is kept: it is matched like its absence.
 */
export function canonicalPath(path: string): string | null {
  if (path.length > maximumPathLength || !path.startsWith("/")) return null
  if (plainPath.test(path)) return path
  if (/[?#]/.test(path) || ambiguous.test(path) || controlCharacters.test(path)) return null
  if (!isUtf8(path)) return null

  const canonical = path.replace(escapes, (character) => {
    if (character.length === 3 && character.startsWith("%")) {
      const decoded = String.fromCharCode(Number.parseInt(character.slice(1), 16))
      return unreserved.test(decoded) ? decoded : character.toUpperCase()
    }
    return segmentCharacters.test(character) ? character : encodeURIComponent(character)
  })
  // Decoding may have completed an escape that was not there before: "%25%32%66" is "%252f" now.
  return ambiguous.test(canonical) || /\/\/|\/\.{1,2}(?:\/|$)/.test(canonical) ? null : canonical
}

/** What most servers decode before they route, and a client may escape or not (RFC 3986 §2.2): "@" and "%40" are one to them. */
const optionalEscapes = /%(?:21|24|26|27|28|29|2B|2C|3A|3D|40)/g

/** A canonical path as it is matched: without escapes of what may stand as it is. */
export function matchedPath(path: string): string {
  return path.includes("%") ? path.replace(optionalEscapes, decodeURIComponent) : path
}

/** The segments of a canonical path. `/a` and `/a/` have the same. */
export function pathSegments(path: string): readonly string[] {
  const segments = path.split("/").slice(1)
  if (segments.at(-1) === "") segments.pop()
  return segments
}

/** Whether every `%` begins an escape, the escapes spell UTF-8, and no surrogate stands alone. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return path.isWellFormed()
  } catch {
    return false
  }
}
