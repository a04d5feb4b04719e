import type { KeySetLoad, KeySource } from "./key-set.ts"

/** What a platform lends the core, which has no clock and no network of its own. */
export interface Ports {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Fetches one issuer's key set; see `loadKeySet` for the steps that every platform shares. Calls for the same source that
   * overlap in time share one fetch. Never rejects: an outage is a value.
   */
  loadKeySet(source: KeySource): Promise<KeySetLoad>
}
