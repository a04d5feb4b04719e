import type { AlgorithmName, Peer } from "./peer.ts"
import { oursName } from "./peers/ours.ts"
import type { Times } from "./race.ts"
import type { ProfiledWork, Spread, Table, Target } from "./section.ts"
import { digits, ratioOf, spreadOf, spreadText } from "./statistics.ts"
import type { WorkloadName } from "./workload.ts"

/** The times of one algorithm, by workload. */
export type AlgorithmTimes = ReadonlyMap<WorkloadName, Times>

/** The times of all algorithms that were raced. */
export type RaceTimes = ReadonlyMap<AlgorithmName, AlgorithmTimes>

const nothing = "–"

/** What each peer takes, as a ratio to the limit and in microseconds: one table for each algorithm. */
export function limitTables(times: RaceTimes, peers: readonly Peer[], limit: string): Table[] {
  return [...times].map(([algorithm, byWorkload]) => ({
    title: `${titleOf(algorithm)}: time ÷ ${limit}, and microseconds`,
    columns: ["", ...byWorkload.keys()],
    rows: peers
      .filter(({ algorithms }) => algorithms.includes(algorithm))
      .map(({ name }) => [name, ...[...byWorkload.values()].map((all) => cell(all[name], all[limit]))]),
  }))
}

/** What this project takes, as a ratio to each peer: one table for each algorithm. Below 1, it is the faster. */
export function peerTables(times: RaceTimes, peers: readonly Peer[]): Table[] {
  return [...times].map(([algorithm, byWorkload]) => ({
    title: `${titleOf(algorithm)}: ${oursName} ÷ each`,
    columns: [`${oursName} ÷`, ...byWorkload.keys()],
    rows: peers
      .filter(({ algorithms, name }) => algorithms.includes(algorithm) && name !== oursName)
      .map(({ name }) => [name, ...[...byWorkload.values()].map((all) => ratioText(all[oursName], all[name]))]),
  }))
}

/** How each peer is set up, and how much it checks. */
export function peerTable(peers: readonly Peer[]): Table {
  const checks = {
    signature: "signature only",
    claims: "signature, issuer, audience, expiry",
    decision: "the same, and path, rule, scopes",
  }
  return {
    title: "What is compared",
    columns: ["", "checks", "set up with"],
    rows: peers.map((peer) => [peer.name, checks[peer.checks], peer.note ?? ""]),
  }
}

/** A promise about two of those raced. Null where this run left its algorithm out, or one of the two was not admitted. */
export function ratioTarget(
  times: RaceTimes,
  target: ProfiledWork & { readonly name: string; readonly limit: number; readonly to: string },
): Target | null {
  const { algorithm, limit, name, runtime, to, workload } = target
  const all = times.get(algorithm)?.get(workload)
  const [ours, other] = [all?.[oursName], all?.[to]]
  if (!ours || !other) return null
  const { median, low, high }: Spread = ratioOf(ours, other)
  return { name, limit, is: "atMost", median, spread: [low, high], explainedBy: { runtime, algorithm, workload } }
}

function titleOf(algorithm: AlgorithmName): string {
  return algorithm === "EdDSA" ? "Ed25519 (EdDSA)" : algorithm
}

function cell(own?: readonly number[], limit?: readonly number[]): string {
  if (!own) return nothing
  return `${ratioText(own, limit)} · ${digits(spreadOf(own).median)} µs`
}

function ratioText(own?: readonly number[], other?: readonly number[]): string {
  return own && other ? spreadText(ratioOf(own, other)) : nothing
}
