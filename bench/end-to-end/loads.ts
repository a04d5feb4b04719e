import type { SigningIssuer } from "../../test/support/signing-issuer.ts"
import { spreadOf } from "../statistics.ts"
import type { Issuer } from "../tokens.ts"
import { type GuardKind, type GuardProcess, path, startGuard } from "./guard-process.ts"
import type { LoadGenerator } from "./load.ts"
import type { LoadAnswer } from "./load-child.ts"
import { processorMicroseconds } from "./processor-time.ts"
import type { Traffic, TrafficName } from "./traffic.ts"

/** Enough that workerd always has a request waiting, so that its own work is what limits the rate. */
export const connections = 16

/** What all loads of a run have in common. */
export interface Setting {
  readonly keys: Issuer
  readonly issuer: SigningIssuer
  readonly generator: LoadGenerator
  readonly traffic: Traffic
}

/** What one guard did in one round. */
export interface Load extends LoadAnswer {
  readonly keyFetches: number
  /** Processor time of the guard's workerd, the origin in it included, for one request. Null where the system does not say. */
  readonly processorMicroseconds: number | null
}

/** What each guard did, round by round. */
export type Loads = Readonly<Record<string, readonly Load[]>>

/**
 * Starts the guards, each in a workerd of its own, warms all up in the same way, and loads them in turns, with the traffic that is
 * named. What is not named has no loads.
 */
export async function loadGuards(
  setting: Setting,
  names: readonly TrafficName[],
  kindsOf: Readonly<Record<TrafficName, readonly GuardKind[]>>,
): Promise<Record<TrafficName, Loads>> {
  const guards = new Map<string, GuardProcess>()
  try {
    for (const kind of names.flatMap((name) => kindsOf[name]))
      if (!guards.has(kind.name)) guards.set(kind.name, await startGuard(kind, setting.keys, setting.issuer))
    for (const guard of guards.values()) await warmUp(setting, guard)
    const loads: Record<TrafficName, Loads> = { repeated: {}, distinct: {} }
    for (const name of names) {
      const loaded = kindsOf[name].flatMap((kind) => guards.get(kind.name) ?? [])
      loads[name] = await loadInRounds(setting, loaded, setting.traffic[name])
    }
    return loads
  } finally {
    await Promise.all([...guards.values()].map((guard) => guard.close()))
  }
}

/** Sends a guard the requests that are not counted: of each kind some, since they take different ways through a guard that remembers. */
export async function warmUp(setting: Setting, guard: GuardProcess): Promise<void> {
  for (const tokens of setting.traffic.warmUp) await loadOnce(setting, guard, tokens)
}

/** Loads one guard at a time, all in each round, in an order that moves on by one each time. */
async function loadInRounds(
  setting: Setting,
  guards: readonly GuardProcess[],
  rounds: readonly (readonly string[])[],
): Promise<Loads> {
  const loads: Record<string, Load[]> = Object.fromEntries(guards.map(({ name }) => [name, []]))
  for (const [round, tokens] of rounds.entries())
    for (let place = 0; place < guards.length; place++) {
      const guard = guards[(place + round) % guards.length]
      if (guard) loads[guard.name]?.push(await loadOnce(setting, guard, tokens))
    }
  return loads
}

/** Loads a guard once. Throws when it refuses one of the tokens, which are all valid. */
export async function loadOnce({ generator }: Setting, guard: GuardProcess, tokens: readonly string[]): Promise<Load> {
  const fetchesBefore = guard.issuer.requests.length
  const before = processorMicroseconds(guard.processId)
  const answer = await generator.load({ port: guard.port, path, tokens, connections })
  const after = processorMicroseconds(guard.processId)
  if (answer.others > 0) throw new Error(`${guard.name} refused ${answer.others} valid tokens under load`)
  return {
    ...answer,
    keyFetches: guard.issuer.requests.length - fetchesBefore,
    processorMicroseconds: before === null || after === null ? null : (after - before) / tokens.length,
  }
}

/** A guard's requests per second, round by round. */
export function ratesOf(loads: Loads, name: string): number[] {
  return (loads[name] ?? []).map(({ latencies, seconds }) => latencies.length / seconds)
}

/** A guard's processor time for one request, round by round. Nothing where the system does not say. */
export function processorOf(loads: Loads, name: string): number[] {
  return (loads[name] ?? []).flatMap(({ processorMicroseconds }) => processorMicroseconds ?? [])
}

/** The median of a figure over a guard's rounds. */
export function medianOf(loads: Loads, name: string, figure: (load: Load) => number): number {
  return spreadOf((loads[name] ?? []).map(figure)).median
}
