/** How long keys are believed, in seconds. */
export interface KeyLimits {
  /** A key set older than this is fetched anew before it is used. */
  readonly refreshAfterSeconds: number
  /**
   * While the issuer can't be reached, its last key set is used until it is this old. So this is also how long a key that
   * the issuer withdrew may still be accepted, at the most.
   */
  readonly maximumAgeSeconds: number
  /** A token with an unknown key id may cause one fetch in this time; more would let anybody flood the issuer. */
  readonly unknownKeyCoolDownSeconds: number
  /** After a failed fetch, the issuer is left alone for this long. */
  readonly retryAfterSeconds: number
}
