import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type SigningIssuer, startSigningIssuer } from "../support/signing-issuer.ts"
import { type Answer, type Edge, type EdgeName, edgeNames, type Policies, startEdge } from "./edge.ts"
import { type HostileAnswer, hostileAnswers } from "./hostile-answers.ts"
import { askUntil, tally } from "./stand.ts"
import { policyOf, startTenant, type Tenant } from "./tenant.ts"

const [fetchTimeoutSeconds, maximumAgeSeconds] = [1, 3]
const keys = {
  refreshAfterSeconds: 1,
  staleAfterSeconds: 2,
  maximumAgeSeconds,
  retryAfterSeconds: 1,
  fetchTimeoutSeconds,
  refreshDeadlineMilliseconds: 50,
}

/** What an edge made of an issuer that failed twice: before it ever had keys, and when they were known. */
interface History {
  readonly cold: Answer
  /** All answers from the time on when the issuer did better. */
  readonly recovery: readonly Answer[]
  /** All answers from the time on when it failed again. */
  readonly warm: readonly Answer[]
  /** How long known keys were good for, from the fetch that brought them. */
  readonly lastedSeconds: number
  readonly failedFetches: number
  readonly secondRecovery: readonly Answer[]
  /** How long the issuer had to do with each request while it failed. */
  readonly heldSeconds: readonly number[]
  readonly elsewhereAsked: number
}

// Each takes some seconds, and nearly all of that is waiting: all of them go their way at once, and the tests look at what became
// of each.
const histories = new Map<EdgeName, Map<HostileAnswer, Promise<History>>>()
const open: { close(): unknown }[] = []

beforeAll(() => Promise.all(edgeNames.map(liveAll)))
afterAll(() => Promise.all(open.map((one) => one.close())))

describe.each(edgeNames)("%s", (edgeName) => {
  describe.each(hostileAnswers.map((row) => [row.name, row] as const))("an issuer that %s", (_name, row) => {
    const history = () => histories.get(edgeName)?.get(row) as Promise<History>
    const reason = (edgeName === "a Lambda function" && row.reasonOnLambda) || row.reason

    test("lets nobody in, until it does better", async () => {
      const { cold, recovery, elsewhereAsked } = await history()
      expect(cold).toEqual({ allowed: false, reason, status: 503 })
      const { allowed, ...rest } = tally(recovery)
      expect(allowed).toBe(1)
      expect(Object.keys(rest)).toEqual(recovery.length > 1 ? [reason] : [])
      expect(elsewhereAsked).toBe(0)
    })

    test("leaves known keys as they are, up to their age, and new ones come when it does better", async () => {
      const { warm, lastedSeconds, failedFetches, secondRecovery } = await history()
      expect(tally(warm)).toEqual({ allowed: warm.length - 1, [reason]: 1 })
      expect(failedFetches).toBeGreaterThan(0)
      // The clock starts when the fetch is sent off, a little before the issuer sees it.
      expect(lastedSeconds).toBeGreaterThan(maximumAgeSeconds - 0.5)
      expect(secondRecovery.at(-1)).toMatchObject({ allowed: true })
    })

    if (!row.givenUp) return
    test("is given up in time", async () => {
      const { heldSeconds } = await history()
      expect(Math.max(...heldSeconds)).toBeGreaterThan(fetchTimeoutSeconds - 0.2)
      expect(Math.max(...heldSeconds)).toBeLessThan(fetchTimeoutSeconds + 1)
    })
  })
})

async function liveAll(edgeName: EdgeName): Promise<void> {
  // An environment takes one event at a time: one that waits for its issuer would keep the others waiting.
  const slow = hostileAnswers.filter((row) => row.givenUp)
  const groups = [hostileAnswers.filter((row) => !row.givenUp), ...slow.map((row) => [row])]
  const started = await Promise.all(groups.map((rows) => startGroup(edgeName, rows)))
  open.push(...started.flatMap(({ edge, issuers }) => [edge, ...issuers]))
  const begun = new Map(started.flatMap((group) => group.histories))
  histories.set(edgeName, begun)
  await Promise.allSettled(begun.values())
}

/** Starts one edge for several issuers that fail, each in its way, and has their histories begin. */
async function startGroup(edgeName: EdgeName, rows: readonly HostileAnswer[]) {
  const elsewhere = await Promise.all(rows.map(() => startSigningIssuer([])))
  const tenants = await Promise.all(rows.map(({ profile }) => startTenant({ keys, ...(profile && { profile }) })))
  const policies: Policies = Object.fromEntries(tenants.map(({ input }, index) => [`row${index}`, policyOf([input])]))
  const edge = await startEdge(edgeName, policies)
  const histories = rows.map((row, index) => {
    const [tenant, other] = [tenants[index] as Tenant, elsewhere[index] as SigningIssuer]
    return [row, live(row, edge, `row${index}`, tenant, other)] as const
  })
  return { edge, histories, issuers: [...tenants, ...elsewhere] }
}

async function live(
  row: HostileAnswer,
  edge: Edge,
  policy: string,
  tenant: Tenant,
  elsewhere: SigningIssuer,
): Promise<History> {
  const { issuer, key } = tenant
  elsewhere.keys = [key]
  const ask = () => edge.decide(policy, tenant.token())
  const fail = () => {
    issuer.answer = row.answer(JSON.stringify({ keys: [key.jwk] }), elsewhere)
    return issuer.visits.length
  }
  const doBetter = () => {
    issuer.answer = null
    return askUntil(ask, (answer) => answer.allowed)
  }

  fail()
  const cold = await ask()
  const coldVisits = [...issuer.visits]
  const recovery = await doBetter()
  const fetchedAt = issuer.visits.at(-1)?.startedAt ?? 0

  const before = fail()
  const warm = await askUntil(ask, (answer) => !answer.allowed)
  const lastedSeconds = (performance.now() - fetchedAt) / 1000
  const warmVisits = issuer.visits.slice(before)
  const secondRecovery = await doBetter()
  return {
    cold,
    recovery,
    warm,
    lastedSeconds,
    failedFetches: warmVisits.length,
    secondRecovery,
    heldSeconds: [...coldVisits, ...warmVisits].map(
      ({ startedAt, endedAt }) => ((endedAt ?? performance.now()) - startedAt) / 1000,
    ),
    elsewhereAsked: elsewhere.requests.length,
  }
}
