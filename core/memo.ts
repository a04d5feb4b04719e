import type { VerifiedToken } from "./claims.ts"
import type { Check } from "./decision.ts"
import type { KeyGeneration } from "./key-generation.ts"
import type { KeyRing } from "./key-ring.ts"
import type { MemoLimits } from "./memo-limits.ts"

/** What was concluded from an Authorization header, and from what else. */
export interface Conclusion {
  readonly verified: VerifiedToken
  readonly checks: readonly Check[]
  readonly ring: KeyRing
  /** It holds as long as the ring's keys are these. */
  readonly generation: KeyGeneration
  /** From when to when it holds, in milliseconds: since it was drawn, and never past the token's `exp`. */
  readonly from: number
  readonly until: number
}

/** Verified tokens by the end of their Authorization header, the one that was remembered first in front. */
export interface Memo {
  readonly limits: MemoLimits
  readonly entries: Map<string, Entry>
  bytes: number
  /** Marks of the headers that were seen of late, each in the place that it hashes to. */
  readonly seen: Uint32Array
}

interface Entry {
  readonly conclusion: Conclusion
  /**
   * The bytes of the header, four to a word. In this form it shows in no log and in no heap snapshot, as a string would; and it
   * is compared as it is, since a hash of it would take longer than all the rest of a decision.
   */
  readonly presented: Uint32Array
  readonly length: number
  readonly bytes: number
  /** Whether it was asked for since it last came to the end of the queue. */
  wanted: boolean
}

/**
 * The end of a header is the end of a signature, which nobody can choose without the key. Two tokens with the same end would
 * only push each other out. V8 copies a part this short; a longer one would keep the whole header alive.
 */
const keyLength = 12

/** An empty memo. */
export function createMemo(limits: MemoLimits): Memo {
  // Twice as many places as tokens, so that one that comes again is mostly still marked. A power of 2, for a mask.
  const places = 2 ** Math.ceil(Math.log2(2 * Math.max(1, limits.maximumTokens)))
  return { limits, entries: new Map(), bytes: 0, seen: new Uint32Array(places) }
}

/**
 * What was concluded from exactly this header, if that still holds at `now` (milliseconds) as far as time goes. Whether the keys
 * are still the same is the caller's to check. What is past its time is forgotten.
 */
export function recall(memo: Memo, authorization: string, now: number): Conclusion | null {
  const key = authorization.slice(-keyLength)
  const entry = memo.entries.get(key)
  if (entry === undefined || !isSame(authorization, entry)) return null
  const { conclusion } = entry
  if (now < conclusion.from) return null
  if (now >= conclusion.until) {
    forget(memo, key, entry)
    return null
  }
  entry.wanted = true
  return conclusion
}

/**
 * Whether a header is to be remembered: when it comes for the second time, which this call notes. So tokens that come once take
 * no room, and push nobody out.
 */
export function admits(memo: Memo, authorization: string): boolean {
  if (memo.limits.maximumTokens < 1 || authorization.length > maximumHeaderLength) return false
  return wasSeen(memo, authorization.slice(-keyLength))
}

/**
 * Remembers what was concluded from a header that is admitted, and forgets others where there is no more room. Freezes it, as
 * from now on many decisions share it.
 */
export function remember(memo: Memo, authorization: string, conclusion: Conclusion): void {
  const { entries, limits } = memo
  const { length } = authorization
  const bytes = length + freeze(conclusion.verified) + freeze(conclusion.checks)
  if (bytes > limits.maximumBytes) return
  const key = authorization.slice(-keyLength)
  const former = entries.get(key)
  if (former) forget(memo, key, former)
  makeRoom(memo, bytes)
  const presented = headerWords.slice(0, toWords(authorization))
  entries.set(key, { conclusion, presented, length, bytes, wanted: false })
  memo.bytes += bytes
}

/** What V8 takes for a value in a list or an object, for a value that stands by itself, and for a list or an object around them. */
const [slotBytes, scalarBytes, objectBytes] = [16, 24, 72]

/** Freezes a value of JSON all the way down, and returns about how many bytes it takes. */
function freeze(value: unknown): number {
  if (typeof value === "string") return scalarBytes + value.length
  if (typeof value !== "object" || value === null) return scalarBytes
  Object.freeze(value)
  return Object.values(value).reduce((bytes: number, item) => bytes + slotBytes + freeze(item), objectBytes)
}

/** Whether a key was seen of late; and marks it as seen. Mistakes, in either direction, cost a signature check or some room. */
function wasSeen({ seen }: Memo, key: string): boolean {
  // FNV-1a, of what nobody can choose.
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  const place = hash & (seen.length - 1)
  const before = seen[place]
  seen[place] = hash >>> 0
  return before === hash >>> 0
}

/** Passes over, once, what was asked for lately; so tokens that come often stay. */
function makeRoom(memo: Memo, bytes: number): void {
  const { limits, entries } = memo
  while (entries.size >= limits.maximumTokens || memo.bytes + bytes > limits.maximumBytes) {
    const oldest = entries.entries().next()
    if (oldest.done) return
    const [key, entry] = oldest.value
    if (!entry.wanted) forget(memo, key, entry)
    else {
      entry.wanted = false
      entries.delete(key)
      entries.set(key, entry)
    }
  }
}

function forget(memo: Memo, key: string, entry: Entry): void {
  memo.entries.delete(key)
  memo.bytes -= entry.bytes
}

const encoder = new TextEncoder()
/** Longer than any header whose token is verified: `maximumTokenLength`, and the scheme. A multiple of 4. */
const maximumHeaderLength = 16_400
const headerBytes = new Uint8Array(maximumHeaderLength + 4)
const headerWords = new Uint32Array(headerBytes.buffer)

/** Writes a header to `headerWords`, zeros behind it, and returns how many words it takes. What is too long is cut. */
function toWords(header: string): number {
  const { written } = encoder.encodeInto(header, headerBytes)
  // As many as the last word may lack.
  headerBytes[written] = headerBytes[written + 1] = headerBytes[written + 2] = 0
  return (written + 3) >> 2
}

function isSame(header: string, { presented, length }: Entry): boolean {
  if (header.length !== length || toWords(header) !== presented.length) return false
  for (let i = 0; i < presented.length; i++) if (headerWords[i] !== presented[i]) return false
  return true
}
