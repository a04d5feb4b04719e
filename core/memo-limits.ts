/** How much is remembered of tokens that were verified. Either at 0 remembers none. */
export interface MemoLimits {
  readonly maximumTokens: number
  /** An estimate of what they take up, claims included. */
  readonly maximumBytes: number
}
