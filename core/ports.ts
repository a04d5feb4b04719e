import type { KeySetLoad, KeySource } from "./key-set.ts"
import type { Signatures } from "./signatures.ts"

/** What a platform lends the core, which has no clock and no network of its own. */
export interface Ports {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Loads one issuer's key set: from a store that outlives this process, if it holds one that was fetched after `newerThan`
   * (milliseconds), else from the issuer. See `loadKeySet` for the steps that every platform shares. Fetches of the same
   * source that overlap in time are one. Never rejects: an outage is a value.
   */
  loadKeySet(source: KeySource, newerThan: number): Promise<KeySetLoad>
  /**
   * Sees work to its end that no answer depends on, such as the refresh of keys that are still good. A platform that stops with
   * its answer waits for it, but no longer than `deadlineMilliseconds`. The work never rejects. Left out: it is left to itself.
   */
  defer?(work: Promise<void>, deadlineMilliseconds: number): void
  /** The platform's own check of signatures. Left out: WebCrypto. */
  readonly signatures?: Signatures
}
