import { startSigningIssuer } from "../../test/support/signing-issuer.ts"
import type { RunOptions, Section, Table, Target } from "../section.ts"
import { digits, quantile, ratioOf, spreadOf, spreadText } from "../statistics.ts"
import { makeIssuer, mintToken } from "../tokens.ts"
import { type GuardKind, type GuardProcess, path, startGuard } from "./guard-process.ts"
import { type LoadGenerator, startLoadGenerator } from "./load.ts"
import type { LoadAnswer } from "./load-child.ts"

const passThrough = "pass-through"
const honoJwk = "hono jwk"
const jose = "jose guard"
const ours = "edge-authorizer"

const kinds: readonly GuardKind[] = [
  { name: passThrough, file: "pass-through.worker.ts", lets: "everybody", tellsCaller: false },
  { name: ours, file: "ours.worker.ts", lets: "valid tokens", tellsCaller: true },
  { name: jose, file: "jose.worker.ts", lets: "valid tokens", tellsCaller: true },
  { name: honoJwk, file: "hono-jwk.worker.ts", lets: "valid tokens", tellsCaller: false },
]

// Enough that workerd always has a request waiting, so that its own work is what limits the rate.
const connections = 16
const repeatedTokens = 50

const planFor = ({ quick }: RunOptions) => ({
  repeated: { rounds: quick ? 8 : 30, requests: quick ? 1500 : 3000 },
  // In full, 10,000 in the rounds; each token meets each guard once.
  distinct: { rounds: quick ? 6 : 20, requests: 500 },
  // Of each kind that many, since they take different ways through a guard that remembers tokens.
  warmUp: { repeated: quick ? 2000 : 4000, distinct: quick ? 800 : 2000 },
})

/** Requests through a guard to an origin, both in one workerd: how many each second, and how long each takes. */
export async function run(options: RunOptions): Promise<Section> {
  const plan = planFor(options)
  const keys = makeIssuer("RS256")
  // One issuer, so that all get the same tokens. One guard is loaded at a time, so it is known whose its requests are.
  const issuer = await startSigningIssuer([keys.signingKey])
  const guards: GuardProcess[] = []
  const generator = startLoadGenerator()
  try {
    for (const kind of kinds) guards.push(await startGuard(kind, keys, issuer))
    const mint = () => mintToken(keys, { iss: issuer.issuer })
    const few = Array.from({ length: repeatedTokens }, mint)
    const distinctTokens = (requests: number) => Array.from({ length: requests }, mint)
    const repeat = (requests: number) => Array.from({ length: requests }, (_, index) => few[index % few.length] ?? "")

    for (const tokens of [repeat(plan.warmUp.repeated), distinctTokens(plan.warmUp.distinct)])
      for (const guard of guards) await loadOnce(generator, guard, tokens)
    const repeated = await loadInRounds(generator, guards, plan.repeated.rounds, () => repeat(plan.repeated.requests))
    const { requests, rounds } = plan.distinct
    const distinct = await loadInRounds(generator, guards, rounds, () => distinctTokens(requests))
    return report(plan, repeated, distinct)
  } finally {
    generator.close()
    await Promise.all(guards.map((guard) => guard.close()))
    issuer.close()
  }
}

/** What one guard did in one round. */
interface Load extends LoadAnswer {
  readonly keyFetches: number
}

type Loads = Readonly<Record<string, readonly Load[]>>

/** Loads one guard at a time, all in each round, in an order that moves on by one each time. */
async function loadInRounds(
  generator: LoadGenerator,
  guards: readonly GuardProcess[],
  rounds: number,
  tokensOfRound: () => readonly string[],
): Promise<Loads> {
  const loads: Record<string, Load[]> = Object.fromEntries(guards.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const tokens = tokensOfRound()
    for (let place = 0; place < guards.length; place++) {
      const guard = guards[(place + round) % guards.length]
      if (guard) loads[guard.name]?.push(await loadOnce(generator, guard, tokens))
    }
  }
  return loads
}

async function loadOnce(generator: LoadGenerator, guard: GuardProcess, tokens: readonly string[]): Promise<Load> {
  const before = guard.issuer.requests.length
  const answer = await generator.load({ port: guard.port, path, tokens, connections })
  if (answer.others > 0) throw new Error(`${guard.name} refused ${answer.others} valid tokens under load`)
  return { ...answer, keyFetches: guard.issuer.requests.length - before }
}

function report(plan: ReturnType<typeof planFor>, repeated: Loads, distinct: Loads): Section {
  const busiest = Math.max(
    ...[repeated, distinct].map((loads) => median(loads, passThrough, (load) => load.processorShare)),
  )
  return {
    title: "End to end in workerd",
    notes: [
      `A guard and its origin in one workerd, joined by a service binding; ${kinds.length} such processes are up and one is loaded at a time, over ${connections} kept connections that carry one request each. ${repeatedTokens} repeated tokens: ${plan.repeated.rounds} rounds of ${plan.repeated.requests} requests. Distinct tokens: ${plan.distinct.rounds} rounds of ${plan.distinct.requests}, each token used once for each guard. All RS256. Ratios are medians over the rounds of the requests per second within a round, with the quartiles in brackets.`,
      `The load comes from a process of its own. It took at most ${digits(busiest * 100)} % of one core (median for the pass-through Worker, which asks most of it), so it is not what limits the rate where that is below 100.`,
      "The guards gave the right answer to a valid, an expired, a tampered, a wrong-audience and a missing token. The jose guard and edge-authorizer check a scope, take the token away and tell the origin who calls; edge-authorizer finds the rule first. hono's middleware checks no scope and hands the token on; it also fetches the key set again and again: see the key fetches, from an issuer on this machine. An issuer on the network is further away.",
    ],
    tables: [table(`${repeatedTokens} repeated tokens`, repeated), table("Distinct tokens", distinct)],
    targets: [
      target("End to end, repeated tokens: requests per second ÷ pass-through", 0.92, repeated, passThrough),
      target("End to end, repeated tokens: requests per second ÷ a jose guard", 1.35, repeated, jose),
      target("End to end, distinct tokens: requests per second ÷ pass-through", 0.74, distinct, passThrough),
      target("End to end, distinct tokens: requests per second ÷ a jose guard", 1.12, distinct, jose),
    ],
  }
}

const rates = (loads: Loads, name: string) =>
  (loads[name] ?? []).map(({ latencies, seconds }) => latencies.length / seconds)

const median = (loads: Loads, name: string, figure: (load: Load) => number) =>
  spreadOf((loads[name] ?? []).map(figure)).median

function table(title: string, loads: Loads): Table {
  return {
    title,
    columns: [
      "",
      "requests/s",
      "÷ pass-through",
      "edge-authorizer ÷ it",
      "p50 ms",
      "p99 ms",
      "key fetches",
      "load's CPU",
    ],
    rows: Object.entries(loads).map(([name, ofGuard]) => [
      name,
      digits(spreadOf(rates(loads, name)).median),
      spreadText(ratioOf(rates(loads, name), rates(loads, passThrough))),
      spreadText(ratioOf(rates(loads, ours), rates(loads, name))),
      digits(median(loads, name, ({ latencies }) => quantile(latencies, 0.5))),
      digits(median(loads, name, ({ latencies }) => quantile(latencies, 0.99))),
      String(ofGuard.reduce((sum, { keyFetches }) => sum + keyFetches, 0)),
      `${digits(median(loads, name, ({ processorShare }) => processorShare * 100))} %`,
    ]),
  }
}

function target(name: string, limit: number, loads: Loads, other: string): Target {
  const { median, low, high } = ratioOf(rates(loads, ours), rates(loads, other))
  return { name, limit, is: "atLeast", median, spread: [low, high] }
}
