const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
const invalid = 255
const sextets = new Uint8Array(128).fill(invalid)
for (let i = 0; i < alphabet.length; i++) sextets[alphabet.charCodeAt(i)] = i

/**
 * Decodes base64url (RFC 4648 §5) in its one canonical form, or returns null. Padding, white space, the other base64
 * alphabet, an impossible length and spare bits that are not zero are refused: `atob` and most libraries take 16 spellings
 * of one signature, so that what is remembered or revoked under one spelling would pass under another.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const remainder = text.length % 4
  if (remainder === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let written = 0
  let bits = 0
  let pending = 0
  for (let i = 0; i < text.length; i++) {
    const sextet = sextets[text.charCodeAt(i)] ?? invalid
    if (sextet === invalid) return null
    pending = (pending << 6) | sextet
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[written++] = pending >> bits
      pending &= (1 << bits) - 1
    }
  }
  return pending === 0 ? bytes : null
}
