import type { KeySetLoad, KeySource } from "./key-set.ts"
import { type KeySnapshot, readSnapshot } from "./key-snapshot.ts"

/** A place that outlives this process, where key sets are kept for others to begin with. Neither call ever rejects. */
export interface KeyStore {
  /** What was last written for this source, or anything else that stands in its place; null for nothing. */
  read(source: KeySource): Promise<unknown>
  write(source: KeySource, snapshot: KeySnapshot): Promise<void>
}

/**
 * The stored key set of a source, if one was fetched after `newerThan`; null where only the issuer itself will do. Both times are
 * in milliseconds. What can't be read back as this issuer's keys is passed over.
 */
export async function loadStored(
  store: KeyStore,
  source: KeySource,
  newerThan: number,
  now: number,
): Promise<KeySetLoad | null> {
  if (newerThan >= now) return null
  const load = readSnapshot(await store.read(source), source.issuer, now)
  return load && load.fetchedAt > newerThan ? load : null
}
