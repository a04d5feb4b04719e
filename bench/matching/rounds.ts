import type { RuleMatcher } from "./matcher.ts"
import type { RoutedRequest } from "./requests.ts"

/** One router with one set of rules, and what it took in each round. */
export interface Lane {
  readonly matcher: RuleMatcher
  readonly requests: readonly RoutedRequest[]
  /** Microseconds for one match, round by round. */
  readonly times: number[]
  /** How many matches make a batch. */
  readonly batch: number
  /** How many requests it was given so far. */
  given: number
}

const batchMilliseconds = 1
/** One match in a batch is enough where it takes longer than the batch should; more than these hold too many strings at once. */
const batchLimits = [1, 2000] as const
/** Enough for a router to be compiled by the engine before its first round. */
const warmUpMilliseconds = 40

/** Warms a router up and sees how fast it is. */
export function makeLane(matcher: RuleMatcher, requests: readonly RoutedRequest[]): Lane {
  let matches = 0
  let milliseconds = 0
  const start = performance.now()
  do {
    const { method, path } = requests[matches % requests.length] ?? { method: "GET", path: "/" }
    matcher.match(method, path)
    matches++
    milliseconds = performance.now() - start
  } while (milliseconds < warmUpMilliseconds)
  const fitting = Math.round((batchMilliseconds * matches) / milliseconds)
  const [fewest, most] = batchLimits
  return { matcher, requests, times: [], batch: Math.min(Math.max(fitting, fewest), most), given: 0 }
}

/** In each round, every lane gets one batch, in an order drawn anew. */
export function runRounds(lanes: readonly Lane[], rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    const drawn = lanes.map((lane) => ({ lane, place: Math.random() })).sort((a, b) => a.place - b.place)
    for (const { lane } of drawn) runBatch(lane)
  }
}

function runBatch(lane: Lane): void {
  const { matcher, requests, batch } = lane
  const asked = Array.from({ length: batch }, (_, index) => {
    const { method, path } = requests[(lane.given + index) % requests.length] ?? { method: "GET", path: "/" }
    // A string of its own, as the path of a new request is.
    return { method, path: Buffer.from(path, "latin1").toString("latin1") }
  })
  lane.given += batch
  const found: unknown[] = new Array(batch)
  const start = performance.now()
  for (let index = 0; index < batch; index++) {
    const request = asked[index]
    if (request) found[index] = matcher.match(request.method, request.path)
  }
  lane.times.push(((performance.now() - start) * 1000) / batch)
}
