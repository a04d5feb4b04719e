import { isInFuture } from "./clock-difference.ts"
import { isJsonObject } from "./json.ts"
import { type KeySetLoad, readPublicKeys } from "./key-set.ts"
import { writePublicKey } from "./public-key.ts"

/**
 * An issuer's key set as it is kept outside of this process: pinned in a bundle, or in a store. Plain JSON. `fetchedAt` is in
 * milliseconds; `freshSeconds` is what the issuer's Cache-Control said, null or absent where it didn't say.
 */
export interface KeySnapshot {
  readonly issuer: string
  readonly fetchedAt: number
  readonly freshSeconds?: number | null | undefined
  /** JWKs (RFC 7517 §4). */
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** The snapshot of a key set that was loaded. */
export function writeSnapshot(
  issuer: string,
  { fetchedAt, freshSeconds, keys }: KeySetLoad & { ok: true },
): KeySnapshot {
  return { issuer, fetchedAt, freshSeconds, keys: keys.map(writePublicKey) }
}

/**
 * Reads back what `writeSnapshot` wrote, from a place that others may have written to: null unless it is this issuer's, its time
 * is not in the future of `now`, and each of its keys can be used.
 */
export function readSnapshot(value: unknown, issuer: string, now: number): (KeySetLoad & { ok: true }) | null {
  if (!isJsonObject(value) || value.issuer !== issuer || !Array.isArray(value.keys)) return null
  const { fetchedAt, freshSeconds = null } = value
  if (typeof fetchedAt !== "number" || isInFuture(fetchedAt, now)) return null
  if (freshSeconds !== null && !(typeof freshSeconds === "number" && freshSeconds >= 0)) return null
  const { keys, skipped } = readPublicKeys(value.keys)
  return keys.length > 0 && skipped.length === 0 ? { ok: true, keys, fetchedAt, freshSeconds, skipped } : null
}
