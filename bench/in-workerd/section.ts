import { startWorkerd } from "../../test/support/workerd.ts"
import type { AlgorithmName, Peer } from "../peer.ts"
import { bareSubtle } from "../peers/bare-subtle.ts"
import { questionsFrom } from "../questions.ts"
import type { Times } from "../race.ts"
import { algorithmsFor, planFor } from "../race-plan.ts"
import { limitTables, peerTable, peerTables, ratioTarget } from "../race-report.ts"
import type { RunOptions, Section } from "../section.ts"
import { makeIssuer, settingsFor } from "../tokens.ts"
import { type WorkloadName, workloadsFrom } from "../workload.ts"
import { listPeers, raceIn } from "./race-request.ts"

const distinct = { runtime: "workerd", workload: "distinct tokens", to: bareSubtle.name } as const
const repeated = { ...distinct, workload: "same token" } as const
const targets = [
  { ...distinct, name: "workerd, distinct tokens ÷ bare subtle.verify, RS256", limit: 1.45, algorithm: "RS256" },
  { ...distinct, name: "workerd, distinct tokens ÷ bare subtle.verify, ES256", limit: 1.2, algorithm: "ES256" },
  { ...repeated, name: "workerd, repeated token ÷ bare subtle.verify, RS256", limit: 0.1, algorithm: "RS256" },
] as const

/** The verifiers that run in Workers as they are, inside workerd, on the four workloads. */
export async function run(options: RunOptions): Promise<Section> {
  const worker = await startWorkerd({ entryPoint: "bench/in-workerd/race.worker.ts" })
  try {
    return await measure(worker.host, options)
  } finally {
    await worker.close()
  }
}

async function measure(host: string, options: RunOptions): Promise<Section> {
  const plan = planFor(options)
  const peers: readonly Peer[] = await listPeers(host)
  const times = new Map<AlgorithmName, Map<WorkloadName, Times>>()
  const excluded = new Set<string>()
  for (const algorithm of algorithmsFor(options)) {
    const issuer = makeIssuer(algorithm)
    const [settings, questions] = [settingsFor(issuer, "workerd"), questionsFrom(issuer)]
    const byWorkload = new Map<WorkloadName, Times>()
    for (const workload of workloadsFrom(issuer, options)) {
      console.error(`  ${algorithm}, ${workload.name}`)
      const answer = await raceIn(host, { settings, questions, workload, plan })
      byWorkload.set(workload.name, answer.times)
      for (const mistake of answer.wrong) excluded.add(mistake)
    }
    times.set(algorithm, byWorkload)
  }
  return {
    title: "Verifiers in workerd",
    notes: [
      `The same as in Node, within one request to a Worker in workerd itself. Its clock has ticks of a millisecond, so a batch begins at a tick, and its end is found by counting how often the clock can be asked until the next. Only what runs in Workers without Node's compatibility layer is compared. Medians over ${plan.rounds} rounds, with the quartiles in brackets.`,
      ...[...excluded].map((mistake) => `Not compared, as it answered wrongly: ${mistake}.`),
    ],
    tables: [peerTable(peers), ...limitTables(times, peers, bareSubtle.name), ...peerTables(times, peers)],
    targets: targets.map((target) => ratioTarget(times, target)).filter((target) => target !== null),
  }
}
