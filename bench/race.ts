import type { Contender } from "./gate.ts"
import type { Verifier } from "./peer.ts"
import type { Workload } from "./workload.ts"

/** How long a race goes on. */
export interface RacePlan {
  readonly rounds: number
  /** How long a batch of one contender should take in one round. Short, so that the machine is the same for all within a round. */
  readonly batchMilliseconds: number
  /** How long each contender runs before the first round. */
  readonly warmUpMilliseconds: number
}

/** What a runtime lends a race. */
export interface Track {
  /** Milliseconds that the work took. */
  time(work: () => Promise<void>): Promise<number>
  /** A string of its own with the same characters, as a header of a new request is. */
  copy(header: string): string
}

/** Microseconds per decision, round by round, by the contender's name. */
export type Times = Readonly<Record<string, readonly number[]>>

/** A fifth of the distinct tokens goes into the warm-up. */
const warmUpShare = 0.2
/** Below this many decisions a batch is timed too roughly; above, it holds too many strings at once. */
const batchLimits = [20, 4000] as const
const warmUpBatch = 100

/**
 * Times contenders on one workload, in one process, in turns: in each round each of them decides on one batch of requests, in an order
 * that is drawn anew. The requests are made before the clock runs. Throws if one answers wrongly.
 */
export async function race(
  contenders: readonly Contender[],
  workload: Workload,
  plan: RacePlan,
  track: Track,
): Promise<Times> {
  const runners: Runner[] = []
  for (const contender of contenders) runners.push(await warmUp(contender, workload, plan, track))
  for (let round = 0; round < plan.rounds; round++)
    for (const runner of shuffle(runners)) {
      const milliseconds = await runBatch(runner, runner.batch, workload, track)
      runner.times.push((milliseconds * 1000) / runner.batch)
    }
  return Object.fromEntries(runners.map(({ name, times }) => [name, times]))
}

interface Runner extends Contender {
  /** How many requests it was given so far. */
  given: number
  batch: number
  readonly times: number[]
}

async function warmUp(contender: Contender, workload: Workload, plan: RacePlan, track: Track): Promise<Runner> {
  const runner: Runner = { ...contender, given: 0, batch: warmUpBatch, times: [] }
  const { distinct, tokens } = workload
  const most = distinct ? Math.floor(tokens.length * warmUpShare) : Number.POSITIVE_INFINITY
  let [total, last] = [0, 0]
  while (total < plan.warmUpMilliseconds && runner.given + warmUpBatch <= most) {
    last = await runBatch(runner, warmUpBatch, workload, track)
    total += last
  }
  const fitting = Math.round((plan.batchMilliseconds * warmUpBatch) / Math.max(last, 0.001))
  const [fewest, largest] = batchLimits
  runner.batch = Math.min(Math.max(fitting, fewest), largest)
  // All the distinct tokens are spent, and no more: then none comes twice.
  if (distinct) runner.batch = Math.floor((tokens.length - most) / plan.rounds)
  return runner
}

async function runBatch(runner: Runner, size: number, { tokens, letIn }: Workload, track: Track): Promise<number> {
  const { name, verifier } = runner
  const inputs: unknown[] = []
  for (let index = 0; index < size; index++)
    inputs.push(verifier.present(track.copy(`Bearer ${tokens[(runner.given + index) % tokens.length]}`)))
  runner.given += size
  let wrong = 0
  const milliseconds = await track.time(async () => {
    wrong = await countOthers(verifier, inputs, letIn)
  })
  if (wrong > 0) throw new Error(`${name} answered wrongly, ${wrong} times in ${size}`)
  return milliseconds
}

/** Asks in turn, as one process gets its requests, and waits only where an answer is a promise. */
async function countOthers(verifier: Verifier, inputs: readonly unknown[], expected: boolean): Promise<number> {
  let others = 0
  for (const input of inputs) {
    const answer = verifier.decide(input)
    if ((typeof answer === "boolean" ? answer : await answer) !== expected) others++
  }
  return others
}

/** A new order, each as likely as the next (Fisher and Yates). */
function shuffle<T>(items: readonly T[]): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const drawn = Math.floor(Math.random() * (last + 1))
    const [a, b] = [shuffled[last], shuffled[drawn]]
    if (a !== undefined && b !== undefined) [shuffled[last], shuffled[drawn]] = [b, a]
  }
  return shuffled
}
