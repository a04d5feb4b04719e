/**
 * Writes an ECDSA signature in its JOSE form, r and s side by side (RFC 7518 §3.4), as DER has it (RFC 3279 §2.2.3): a sequence of
 * two integers. OpenSSL reads nothing else, and Node's own way there adds some 9 µs to a check (Node 24).
 */
export function derSignature(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const middle = signature.length / 2
  const r = integerAt(signature, 0, middle)
  const s = integerAt(signature, middle, signature.length)
  const length = r.length + s.length + 4
  // X.690 §8.1.3: a length over 127 has a byte of its own that says how many bytes it takes.
  const head = length > 127 ? [0x30, 0x81, length] : [0x30, length]
  const der = new Uint8Array(head.length + length)
  der.set(head)
  writeInteger(der, head.length, signature, r)
  writeInteger(der, head.length + 2 + r.length, signature, s)
  return der
}

/** Where the digits of an unsigned number begin and end, and how long an integer they make. */
interface DerInteger {
  readonly start: number
  readonly end: number
  readonly length: number
}

/** X.690 §8.3: the fewest bytes that hold the number; one more, of 0, where the first would be read as a sign. */
function integerAt(bytes: Uint8Array, begin: number, end: number): DerInteger {
  let start = begin
  while (start < end - 1 && bytes[start] === 0) start++
  const isNegative = (bytes[start] ?? 0) >= 0x80
  return { start, end, length: end - start + (isNegative ? 1 : 0) }
}

function writeInteger(der: Uint8Array, at: number, bytes: Uint8Array, { start, end, length }: DerInteger): void {
  der[at] = 0x02
  der[at + 1] = length
  der.set(bytes.subarray(start, end), at + 2 + length - (end - start))
}
