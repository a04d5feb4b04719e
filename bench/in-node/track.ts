import type { Track } from "../race.ts"

/** Node's clock, and strings as its HTTP parser makes them: one byte for each character, in one piece. */
export const nodeTrack: Track = {
  async time(work) {
    const start = performance.now()
    await work()
    return performance.now() - start
  },
  copy: (header) => Buffer.from(header, "latin1").toString("latin1"),
}
