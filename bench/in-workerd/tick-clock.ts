/**
 * A clock finer than its ticks. workerd's clock stands still for a millisecond and then jumps: work is begun at a jump, and after it
 * the clock is asked until the next jump. How often it could be asked tells how much of the last millisecond the work had used.
 */
export async function timeByTicks(work: () => Promise<void>): Promise<number> {
  waitForTick()
  const askedInAMillisecond = waitForTick()
  const start = performance.now()
  await work()
  const asked = waitForTick()
  const end = performance.now()
  return end - start - Math.min(asked / askedInAMillisecond, 1)
}

/** Spins until the clock jumps. Returns how often it was asked. */
function waitForTick(): number {
  const now = performance.now()
  let asked = 1
  while (performance.now() === now) asked++
  return asked
}
