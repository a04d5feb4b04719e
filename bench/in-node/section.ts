import { admit } from "../gate.ts"
import type { AlgorithmName } from "../peer.ts"
import { bareNodeCrypto } from "../peers/bare-node-crypto.ts"
import { fastJwtCached } from "../peers/fast-jwt-cached.ts"
import { questionsFrom } from "../questions.ts"
import { race, type Times } from "../race.ts"
import { algorithmsFor, planFor } from "../race-plan.ts"
import { limitTables, peerTable, peerTables, ratioTarget } from "../race-report.ts"
import type { RunOptions, Section } from "../section.ts"
import { makeIssuer, settingsFor } from "../tokens.ts"
import { type WorkloadName, workloadsFrom } from "../workload.ts"
import { nodePeers } from "./peers.ts"
import { nodeTrack } from "./track.ts"

const distinct = { runtime: "node", workload: "distinct tokens", to: bareNodeCrypto.name } as const
const repeated = { runtime: "node", workload: "same token", to: fastJwtCached.name } as const
const targets = [
  { ...distinct, name: "Node, distinct tokens ÷ bare node:crypto verify, RS256", limit: 1.35, algorithm: "RS256" },
  { ...distinct, name: "Node, distinct tokens ÷ bare node:crypto verify, ES256", limit: 1.2, algorithm: "ES256" },
  { ...repeated, name: "Node, repeated token ÷ fast-jwt with its cache, RS256", limit: 0.7, algorithm: "RS256" },
] as const

/** Every verifier in this Node process, on the four workloads. */
export async function run(options: RunOptions): Promise<Section> {
  const plan = planFor(options)
  const times = new Map<AlgorithmName, Map<WorkloadName, Times>>()
  const excluded = new Set<string>()
  let tokenLength = 0
  for (const algorithm of algorithmsFor(options)) {
    const issuer = makeIssuer(algorithm)
    const [settings, questions] = [settingsFor(issuer, "node"), questionsFrom(issuer)]
    const byWorkload = new Map<WorkloadName, Times>()
    for (const workload of workloadsFrom(issuer, options)) {
      console.error(`  ${algorithm}, ${workload.name}`)
      if (algorithm === "RS256") tokenLength = workload.tokens[0]?.length ?? 0
      // New verifiers for each workload: none remembers a token from the one before.
      const { contenders, wrong } = await admit(nodePeers, settings, questions)
      for (const mistake of wrong) excluded.add(mistake)
      byWorkload.set(workload.name, await race(contenders, workload, plan, nodeTrack))
    }
    times.set(algorithm, byWorkload)
  }
  return {
    title: "Verifiers in Node",
    notes: [
      `One process, one decision after the other, in rounds: in each round every verifier decides on one short batch, in an order drawn anew. Figures are medians over ${plan.rounds} rounds of a ratio within the round, with the quartiles in brackets. A token of RS256 is ${tokenLength} characters long. Each request has a header string of its own, made before the clock runs.`,
      ...[...excluded].map((mistake) => `Not compared, as it answered wrongly: ${mistake}.`),
    ],
    tables: [
      peerTable(nodePeers),
      ...limitTables(times, nodePeers, bareNodeCrypto.name),
      ...peerTables(times, nodePeers),
    ],
    targets: targets.map((target) => ratioTarget(times, target)).filter((target) => target !== null),
  }
}
