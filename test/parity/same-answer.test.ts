import { afterAll, beforeAll, expect, test } from "vitest"
import { createAuthorizer, type KeyStore, reasons } from "../../core/index.ts"
import { lambdaPorts } from "../../lambda/ports.ts"
import { compare, type Difference } from "./comparison.ts"
import { drawFrom } from "./draw.ts"
import { type Edges, startEdges } from "./edges.ts"
import { randomCases } from "./random-cases.ts"
import { randomPolicy } from "./random-policy.ts"
import { type Spread, startSpread } from "./spread.ts"

// Random policies, tokens and requests get the same answer everywhere: from the core in this process, from the Worker in workerd, and
// from the bundled Lambda, whose IAM document is evaluated by rules that are none of ours. SAME_ANSWER_CASES says how many,
// SAME_ANSWER_SEED repeats a run. Each policy has a seed of its own, so that what differs can be run again alone.

const wanted = Number(process.env.SAME_ANSWER_CASES ?? 3000)
const firstSeed = Number(process.env.SAME_ANSWER_SEED ?? Date.now() % 1_000_000_000)
const casesOfPolicy = 20
/** Policies that the edges are given at once. */
const policiesAtOnce = 25
/** On a slow machine. */
const millisecondsForCase = 40
/** From so many cases on, each kind of condition must have been met and not met, and from so many, each test have been asked. */
const enoughCases = { kinds: 1000, tests: 10_000 }

/** Every run has issuers of its own. */
const noStore: KeyStore = { read: async () => null, write: async () => {} }

let edges: Edges
beforeAll(async () => {
  edges = await startEdges("same-answer")
})
afterAll(() => edges?.close())

const timeout = 30_000 + wanted * millisecondsForCase
test(`${wanted} random cases get the same answer from the core and at both edges`, { timeout }, async () => {
  const spread = startSpread()
  const seeds = Array.from({ length: Math.ceil(wanted / casesOfPolicy) }, (_, index) => firstSeed + index)
  const found: (Difference & { readonly again: string })[] = []
  for (let start = 0; start < seeds.length; start += policiesAtOnce)
    found.push(...(await runTogether(seeds.slice(start, start + policiesAtOnce), spread)))

  console.log(
    `seed ${firstSeed}: ${spread.cases} cases, ${seeds.length} policies, ${found.length} differences\n${spread}`,
  )
  expect(found.slice(0, 3)).toEqual([])
  if (spread.cases >= enoughCases.kinds) checkSpread(spread)
})

async function runTogether(seeds: readonly number[], spread: Spread) {
  const now = Math.floor(Date.now() / 1000)
  const groups = seeds.map((seed) => {
    const draw = drawFrom(seed)
    const policy = randomPolicy(draw, edges.known)
    return { seed, name: `p${seed}`, policy, cases: randomCases(draw, policy, edges.known, casesOfPolicy, now) }
  })
  await edges.enforce(Object.fromEntries(groups.map(({ name, policy }) => [name, policy.input])))

  const compared = groups.map(async ({ seed, name, policy, cases }) => {
    const core = createAuthorizer(policy.config, lambdaPorts(noStore))
    const comparisons = await Promise.all(cases.map((one) => compare(one, policy, name, core, edges)))
    for (const { decision, limit } of comparisons) {
      spread.add(decision, policy.config)
      if (limit) spread.count(limit)
    }
    const again = `SAME_ANSWER_SEED=${seed} SAME_ANSWER_CASES=${casesOfPolicy}`
    return comparisons.flatMap(({ differences }) => differences.map((difference) => ({ again, ...difference })))
  })
  return (await Promise.all(compared)).flat()
}

/** Nothing is shown by cases of which all are refused, or all for the same reason, or all for what no rule asks. */
function checkSpread({ cases, counts, asked, shareOf }: Spread): void {
  expect(shareOf("allow")).toBeGreaterThan(0.15)
  expect(shareOf("allow")).toBeLessThan(0.7)
  expect(shareOf("requirement_unmet")).toBeGreaterThan(0.05)
  for (const name of ["allow, public", "allow, reported"]) expect(counts.get(name)).toBeGreaterThan(0)
  const refusals = Object.entries(reasons).flatMap(([reason, { kind }]) => (kind === "refusal" ? [reason] : []))
  expect(refusals.filter((reason) => counts.has(reason)).length).toBeGreaterThanOrEqual(20)

  const kinds = [...asked].map(([name, seen]) => ({ kind: name.split(" ")[0] as string, ...seen }))
  const unseen = everyKind.filter(
    (kind) => !(["met", "unmet"] as const).every((how) => kinds.some((one) => one.kind === kind && one[how] > 0)),
  )
  expect(unseen).toEqual([])
  if (cases >= enoughCases.tests) expect(everyTest.filter((name) => !asked.has(name))).toEqual([])

  const limits = [...counts].filter(([name]) => name.includes("by the document"))
  expect(limits.reduce((sum, [, count]) => sum + count, 0) / cases).toBeLessThan(0.1)
}

const everyKind = [
  ...["audience", "issuer", "principal", "grantType", "organization", "claim", "parameter", "query", "header"],
  ...["scopes", "anyScope", "permissions", "anyPermission", "stepUp.acr", "stepUp.amr", "stepUp.maxAgeSeconds"],
]
const everyTest = [
  ...["equals", "equals a claim", "oneOf", "oneOf a claim", "exists", "exists not"].flatMap((test) =>
    ["claim", "parameter", "query", "header"].map((kind) => `${kind} ${test}`),
  ),
  ...["claim contains", "claim containsAny", "claim containsAll", "allOf", "anyOf"],
]
