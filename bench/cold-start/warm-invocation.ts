import type { TokenQuestion } from "../end-to-end/five-tokens.ts"
import type { Bundle } from "./bundles.ts"
import { startWarmProcess, type WarmProcess } from "./warm-process.ts"

/** Microseconds per invocation, round by round, by workload and by handler. */
export type WarmTimes = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>

/** What the handlers are asked before they are timed, and how long they are timed. */
export interface WarmPlan {
  readonly questions: readonly TokenQuestion[]
  /** A valid token that was not seen before. */
  mint(): string
  readonly rounds: number
  readonly perRound: number
}

/** Rounds before the ones that count, so that the code that is timed is compiled. */
const warmUpRounds = 5
const repeatedTokens = 50

/**
 * Times invocations of handlers, each warm in a process of its own, all up at the same time and one busy at a time. Throws when one answers
 * wrongly, while it is asked or while it is timed.
 */
export async function timeInvocations(
  bundles: readonly Bundle[],
  environment: Readonly<Record<string, string>>,
  { questions, mint, rounds, perRound }: WarmPlan,
): Promise<WarmTimes> {
  const processes = await Promise.all(bundles.map((bundle) => startWarmProcess(bundle, environment)))
  const repeated = Array.from({ length: repeatedTokens }, mint)
  const workloads = {
    "same token": () => Array.from({ length: perRound }, () => repeated[0] ?? ""),
    "50 tokens": () => Array.from({ length: perRound }, (_, index) => repeated[index % repeatedTokens] ?? ""),
    "distinct tokens": () => Array.from({ length: perRound }, mint),
  }
  const times: Record<string, WarmTimes[string]> = {}
  try {
    for (const process of processes) await ask(process, questions)
    for (const [name, tokensOfRound] of Object.entries(workloads)) {
      const ofWorkload: Record<string, number[]> = Object.fromEntries(bundles.map(({ name }) => [name, []]))
      times[name] = ofWorkload
      for (let round = -warmUpRounds; round < rounds; round++) {
        const tokens = tokensOfRound()
        for (const process of inTurn(processes, round + warmUpRounds)) {
          const microseconds = await timeOnce(process, tokens)
          if (round >= 0) ofWorkload[process.name]?.push(microseconds)
        }
      }
    }
  } finally {
    for (const process of processes) process.close()
  }
  return times
}

async function ask(process: WarmProcess, questions: readonly TokenQuestion[]): Promise<void> {
  const { allowed } = await process.invoke(questions.map(({ token }) => token))
  for (const [index, { name, letIn }] of questions.entries())
    if (allowed[index] !== letIn) throw new Error(`${process.name} ${letIn ? "refused" : "let in"} the ${name} token`)
}

async function timeOnce(process: WarmProcess, tokens: readonly string[]): Promise<number> {
  const { milliseconds, allowed } = await process.invoke(tokens)
  if (allowed.includes(false)) throw new Error(`${process.name} refused a valid token while it was timed`)
  return (milliseconds * 1000) / tokens.length
}

/** The same list, begun one further each round, so that nobody always follows the same one. */
function inTurn<T>(list: readonly T[], round: number): readonly T[] {
  const first = round % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}
