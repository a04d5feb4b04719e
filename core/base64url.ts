const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
const invalid = 255
const sextets = new Uint8Array(256).fill(invalid)
for (let i = 0; i < alphabet.length; i++) sextets[alphabet.charCodeAt(i)] = i

const ascii = new TextEncoder()

/**
 * Decodes base64url (RFC 4648 §5) in its one canonical form, or returns null. Padding, white space, the other base64
 * alphabet, an impossible length and spare bits that are not zero are refused: `atob` and most libraries take 16 spellings
 * of one signature, so that what is remembered or revoked under one spelling would pass under another.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const encoded = ascii.encode(text)
  const target = new Uint8Array(decodedLength(encoded.length))
  return decodeBase64urlInto(target, encoded, 0, encoded.length) === null ? null : target
}

/** How many bytes this many characters of base64url decode to. */
export function decodedLength(characters: number): number {
  return (characters * 3) >> 2
}

/**
 * Decodes characters from `start` to `end` of an encoded text into `target`, which must be long enough, and returns how many
 * bytes that are; null for what `decodeBase64url` refuses. Behind them, and after a refusal, `target` holds nothing of meaning.
 */
export function decodeBase64urlInto(
  target: Uint8Array,
  encoded: Uint8Array,
  start: number,
  end: number,
): number | null {
  const remainder = (end - start) % 4
  const wholeEnd = end - remainder
  let written = 0
  for (let i = start; i < wholeEnd; i += 4) {
    const a = sextetAt(encoded, i)
    const b = sextetAt(encoded, i + 1)
    const c = sextetAt(encoded, i + 2)
    const d = sextetAt(encoded, i + 3)
    // Only what is no character of the alphabet has a bit above the sixth.
    if ((a | b | c | d) >= 64) return null
    target[written++] = (a << 2) | (b >> 4)
    target[written++] = (b << 4) | (c >> 2)
    target[written++] = (c << 6) | d
  }
  if (remainder === 0) return written
  if (remainder === 1) return null
  const a = sextetAt(encoded, wholeEnd)
  const b = sextetAt(encoded, wholeEnd + 1)
  const c = remainder === 3 ? sextetAt(encoded, wholeEnd + 2) : 0
  const spareBits = remainder === 3 ? c & 3 : b & 15
  if ((a | b | c) >= 64 || spareBits !== 0) return null
  target[written++] = (a << 2) | (b >> 4)
  if (remainder === 3) target[written++] = (b << 4) | (c >> 2)
  return written
}

function sextetAt(encoded: Uint8Array, index: number): number {
  return sextets[encoded[index] as number] as number
}
