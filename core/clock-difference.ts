/** Clocks on one network are not further apart than this. */
const maximumDifferenceMilliseconds = 10_000

/** Whether a time that another clock has written is in the future of ours, by more than clocks differ. Both in milliseconds. */
export function isInFuture(time: number, now: number): boolean {
  return time > now + maximumDifferenceMilliseconds
}
