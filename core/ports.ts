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

/**
 * One GET over the network. Follows no redirect, gives up after a bounded time and reads at most `maxBytes` of the body.
 * Rejects when there is no complete answer.
 */
export type HttpGet = (url: string, maxBytes: number) => Promise<{ readonly status: number; readonly body: string }>
