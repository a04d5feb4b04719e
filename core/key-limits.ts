/**
 * How an issuer's keys are fetched and for how long they are believed. `key-limits-schema.ts` has the defaults and their reasons.
 */
export interface KeyLimits extends FetchLimits {
  /**
   * A key set older than this is refreshed, where the issuer's Cache-Control doesn't say how long it is good for. At the longest
   * it may say half-way from here to `staleAfterSeconds`.
   */
  readonly refreshAfterSeconds: number
  /** The least time between two such refreshes, however short a life the issuer's Cache-Control gives its keys. */
  readonly minimumRefreshSeconds: number
  /**
   * Keys younger than this are used while they are refreshed; for older ones a call waits, unless the issuer has just failed.
   * So this is how long a withdrawn key may be accepted while the issuer answers, however long a life Cache-Control gives it.
   */
  readonly staleAfterSeconds: number
  /**
   * While the issuer can't be reached, its last key set is used until it is this old. So this is also how long a key that
   * the issuer withdrew may still be accepted, at the most.
   */
  readonly maximumAgeSeconds: number
  /** A token with an unknown key id may cause one fetch in this time; more would let anybody flood the issuer. */
  readonly unknownKeyCoolDownSeconds: number
  /** How many key ids that the issuer was found not to have are remembered, so that they cause no further fetch for a while. */
  readonly maximumUnknownKeys: number
  /** After a failed fetch, the issuer is left alone for this long. Pinned keys are first refreshed this long after their first use. */
  readonly retryAfterSeconds: number
  /** How long a call waits for a refresh, on a platform that can't go on working after its answer. */
  readonly refreshDeadlineMilliseconds: number
  /** Pinned keys that were fetched longer ago are not trusted. */
  readonly maximumSnapshotAgeSeconds: number
}

/** What one fetch of a key set may take. */
export interface FetchLimits {
  /** An issuer that takes longer to answer one request is treated as down; discovery and keys are a request each. */
  readonly fetchTimeoutSeconds: number
  /** Of the discovery document and of the key set, each. */
  readonly maximumDocumentBytes: number
  /** In one key set. */
  readonly maximumKeys: number
}
