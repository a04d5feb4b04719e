import { startSigningIssuer } from "../../test/support/signing-issuer.ts"
import { isMet, type RunOptions, type Section, type Table, type Target } from "../section.ts"
import { digits, quantile, ratioOf, spreadOf, spreadText } from "../statistics.ts"
import { makeIssuer, mintToken } from "../tokens.ts"
import { guardKinds, jose, ours, passThrough } from "./kinds.ts"
import { startLoadGenerator } from "./load.ts"
import { connections, type Loads, loadGuards, medianOf, processorOf, ratesOf, type Setting } from "./loads.ts"
import { profileTables } from "./profile.ts"
import { stepTables } from "./steps.ts"
import { makeTraffic, type Plan, planFor, repeatedTokens, type TrafficName } from "./traffic.ts"

const trafficNames = ["repeated", "distinct"] as const
/** What the requests per second ÷ another's are to be at least. */
const limits = {
  passThrough: { repeated: 0.92, distinct: 0.74 },
  jose: { repeated: 1.35, distinct: 1.12 },
} as const

/** Requests through a guard to an origin, both in one workerd: how many each second, and how long each takes. */
export async function run(options: RunOptions): Promise<Section> {
  const plan = planFor(options)
  const keys = makeIssuer("RS256")
  // One issuer, so that all get the same tokens. One guard is loaded at a time, so it is known whose its requests are.
  const issuer = await startSigningIssuer([keys.signingKey])
  const generator = startLoadGenerator()
  try {
    const traffic = makeTraffic(plan, () => mintToken(keys, { iss: issuer.issuer }))
    const setting = { keys, issuer, generator, traffic }
    const loads = await loadGuards(setting, trafficNames, { repeated: guardKinds, distinct: guardKinds })
    return { ...report(plan, loads), explanations: await explain(setting, loads) }
  } finally {
    generator.close()
    issuer.close()
  }
}

/** Where the time goes in the traffic that missed a target. */
async function explain(setting: Setting, loads: Readonly<Record<TrafficName, Loads>>): Promise<Table[]> {
  const names = trafficNames.filter((name) => !targetsOf(name, loads[name]).every(isMet))
  if (names.length === 0) return []
  return [...(await stepTables(setting, names, limits.passThrough)), ...(await profileTables(setting, names))]
}

function report(plan: Plan, { distinct, repeated }: Readonly<Record<TrafficName, Loads>>): Section {
  const busiest = Math.max(
    ...[repeated, distinct].map((loads) => medianOf(loads, passThrough.name, (load) => load.processorShare)),
  )
  return {
    title: "End to end in workerd",
    notes: [
      `A guard and its origin in one workerd, joined by a service binding; ${guardKinds.length} such processes are up and one is loaded at a time, over ${connections} kept connections that carry one request each. ${repeatedTokens} repeated tokens: ${plan.repeated.rounds} rounds of ${plan.repeated.requests} requests. Distinct tokens: ${plan.distinct.rounds} rounds of ${plan.distinct.requests}, each token used once for each guard. Before that, each answered ${plan.warmUp.repeated} requests with repeated and ${plan.warmUp.distinct} with distinct tokens, which are not counted. All RS256. Ratios are medians over the rounds of the requests per second within a round, with the quartiles in brackets. They vary with what else the machine does. The processor time for one request, which is that of the guard with its origin and all of workerd, does so less.`,
      `The load comes from a process of its own. It took at most ${digits(busiest * 100)} % of one core (median for the pass-through Worker, which asks most of it), so it is not what limits the rate where that is below 100.`,
      "The guards gave the right answer to a valid, an expired, a tampered, a wrong-audience and a missing token. The jose guard and edge-authorizer check a scope, take the token away and tell the origin who calls; edge-authorizer finds the rule first. hono's middleware checks no scope and hands the token on; it also fetches the key set again and again: see the key fetches, from an issuer on this machine. An issuer on the network is further away.",
    ],
    tables: [table(`${repeatedTokens} repeated tokens`, repeated), table("Distinct tokens", distinct)],
    targets: [...targetsOf("repeated", repeated), ...targetsOf("distinct", distinct)],
  }
}

function table(title: string, loads: Loads): Table {
  const processor = (name: string) => spreadOf(processorOf(loads, name))
  const isKnown = processorOf(loads, passThrough.name).length > 0
  return {
    title,
    columns: [
      "",
      "requests/s",
      "÷ pass-through",
      "edge-authorizer ÷ it",
      ...(isKnown ? ["CPU µs per request"] : []),
      "p50 ms",
      "p99 ms",
      "key fetches",
      "load's CPU",
    ],
    rows: Object.entries(loads).map(([name, ofGuard]) => [
      name,
      digits(spreadOf(ratesOf(loads, name)).median),
      spreadText(ratioOf(ratesOf(loads, name), ratesOf(loads, passThrough.name))),
      spreadText(ratioOf(ratesOf(loads, ours.name), ratesOf(loads, name))),
      ...(isKnown ? [spreadText(processor(name))] : []),
      digits(medianOf(loads, name, ({ latencies }) => quantile(latencies, 0.5))),
      digits(medianOf(loads, name, ({ latencies }) => quantile(latencies, 0.99))),
      String(ofGuard.reduce((sum, { keyFetches }) => sum + keyFetches, 0)),
      `${digits(medianOf(loads, name, ({ processorShare }) => processorShare * 100))} %`,
    ]),
  }
}

function targetsOf(traffic: TrafficName, loads: Loads): Target[] {
  const target = (other: string, limit: number, name: string): Target => {
    const { median, low, high } = ratioOf(ratesOf(loads, ours.name), ratesOf(loads, other))
    const title = `End to end, ${traffic} tokens: requests per second ÷ ${name}`
    return { name: title, limit, is: "atLeast", median, spread: [low, high] }
  }
  return [
    target(passThrough.name, limits.passThrough[traffic], "pass-through"),
    target(jose.name, limits.jose[traffic], "a jose guard"),
  ]
}
