/** Deep enough for any claim in use, shallow enough that no later step can be driven into the stack's end. */
const maximumDepth = 32

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/**
 * Parses UTF-8 bytes as one JSON object, or returns null. Refuses what two parsers could read differently: bytes that are
 * not UTF-8, a byte order mark, a name that stands twice in an object (RFC 7515 §4, RFC 7519 §4), and nesting over 32.
 */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const text = utf8.decode(bytes)
    const members = countMembers(text)
    if (members === null) return null
    const value: unknown = JSON.parse(text)
    // JSON.parse keeps the last of two equal names, so a duplicate shows as fewer properties than the text has members.
    return isJsonObject(value) && countProperties(value) === members ? value : null
  } catch {
    return null
  }
}

/** Whether a parsed JSON value is an object, and not null or an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** How many `name: value` pairs a JSON text holds, or null if it nests too deep. Each has one colon outside of strings. */
function countMembers(text: string): number | null {
  let members = 0
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === 0x5c) i++
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x3a) members++
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > maximumDepth) return null
    } else if (char === 0x7d || char === 0x5d) depth--
  }
  return members
}

function countProperties(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0
  if (Array.isArray(value)) return value.reduce((count: number, item) => count + countProperties(item), 0)
  let count = 0
  // What JSON.parse returns inherits nothing that is enumerable.
  for (const name in value) count += 1 + countProperties((value as Record<string, unknown>)[name])
  return count
}
