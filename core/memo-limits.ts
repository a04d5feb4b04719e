/** How much is remembered of tokens that were verified. Either at 0 remembers none. */
export interface MemoLimits {
  readonly maximumTokens: number
  /** An estimate of what they take up, claims included. Beside it there are 8 to 16 bytes for each of `maximumTokens`. */
  readonly maximumBytes: number
}
