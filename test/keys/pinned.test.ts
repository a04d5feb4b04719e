import { describe, test } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { edgeNames, startEdge, storingEdgeNames } from "./edge.ts"
import { askUntil, goDown, holdAnswers, startStand, tally, times } from "./stand.ts"
import { stored } from "./store-files.ts"
import { makeTenantKey, policyOf, startTenant, type Tenant } from "./tenant.ts"

const secondKey = makeTenantKey("second")
const allowed = { allowed: true }
const daySeconds = 86_400

/** What is in the file of pinned keys, with the key that a tenant begins with. */
const pinned =
  (ageSeconds = daySeconds) =>
  ({ issuer, key }: Tenant): Pick<ConfigInput, "pinnedKeys"> => ({
    pinnedKeys: {
      issuers: [{ issuer: issuer.issuer, fetchedAt: Date.now() - ageSeconds * 1000, keys: [key.jwk] }],
    },
  })

describe.concurrent.each(edgeNames)("%s: pinned keys", (edge) => {
  test("decide the first 100 requests of a cold start without a fetch, and the issuer may be down", async ({
    expect,
  }) => {
    await using stand = await startStand(edge, { policy: pinned(6 * daySeconds), keys: { retryAfterSeconds: 300 } })
    goDown(stand.issuer)
    expect(tally(await times(100, () => stand.ask()))).toEqual({ allowed: 100 })
    expect(stand.fetches()).toBe(0)
  })

  test("are not trusted when they are a week old", async ({ expect }) => {
    await using stand = await startStand(edge, { policy: pinned(7 * daySeconds + 1), keys: { retryAfterSeconds: 1 } })
    goDown(stand.issuer)
    expect(await stand.ask()).toMatchObject({ reason: "keys_unreachable" })
    stand.issuer.answer = null
    await askUntil(stand.ask, (answer) => answer.allowed)
    expect(stand.fetches()).toBe(2)
  })

  test("are not trusted when they are older than the policy says", async ({ expect }) => {
    const keys = { maximumSnapshotAgeSeconds: 60 }
    await using stand = await startStand(edge, { policy: pinned(61), keys })
    goDown(stand.issuer)
    expect(await stand.ask()).toMatchObject({ reason: "keys_unreachable" })
  })

  test("come to an end in use, when they get too old and the issuer is down", async ({ expect }) => {
    const keys = { maximumSnapshotAgeSeconds: 62, retryAfterSeconds: 1 }
    await using stand = await startStand(edge, { policy: pinned(60), keys })
    goDown(stand.issuer)
    const token = stand.token()
    expect(await stand.ask(token)).toMatchObject(allowed)
    const answers = await askUntil(
      () => stand.ask(token),
      (answer) => !answer.allowed,
    )
    expect(answers.at(-1)).toMatchObject({ reason: "keys_unreachable" })
  })

  test("are not the last word: one that was withdrawn is refused after the first refresh", async ({ expect }) => {
    await using stand = await startStand(edge, { policy: pinned(), keys: { retryAfterSeconds: 1 } })
    stand.issuer.keys = [secondKey]
    const token = stand.token()
    expect(await stand.ask(token)).toMatchObject(allowed)
    const answers = await askUntil(
      () => stand.ask(token),
      (answer) => !answer.allowed,
    )
    expect(answers.at(-1)).toMatchObject({ reason: "key_unknown" })
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    // The refresh, and another look for the key that is no more.
    expect(stand.fetches()).toBeLessThanOrEqual(2)
  })

  test("end with the age that any keys may reach, counted from their first use, when the issuer is down", async ({
    expect,
  }) => {
    const keys = { refreshAfterSeconds: 1, staleAfterSeconds: 1, maximumAgeSeconds: 2, retryAfterSeconds: 1 }
    await using stand = await startStand(edge, { policy: pinned(), keys })
    goDown(stand.issuer)
    const token = stand.token()
    const startedAt = performance.now()
    const answers = await askUntil(
      () => stand.ask(token),
      (answer) => !answer.allowed,
    )
    expect(answers.at(-1)).toMatchObject({ reason: "keys_unreachable" })
    expect((performance.now() - startedAt) / 1000).toBeGreaterThan(2)
    stand.issuer.answer = null
    await askUntil(stand.ask, (answer) => answer.allowed)
  })

  test("are refreshed off the way of requests", async ({ expect }) => {
    const keys = { retryAfterSeconds: 1, refreshDeadlineMilliseconds: 50, fetchTimeoutSeconds: 10 }
    await using stand = await startStand(edge, { policy: pinned(), keys })
    holdAnswers(stand.issuer)
    const before = await askUntil(stand.ask, () => stand.fetches() === 1)
    const meanwhile = await times(20, () => stand.ask())
    expect(tally([...before, ...meanwhile])).toEqual({ allowed: before.length + 20 })
    expect(stand.issuer.visits[0]?.endedAt).toBeNull()
  })

  test("are not all: a newer key is accepted with its first token", async ({ expect }) => {
    await using stand = await startStand(edge, { policy: pinned(), keys: { retryAfterSeconds: 300 } })
    stand.issuer.keys = [secondKey, stand.key]
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    expect(await stand.ask()).toMatchObject(allowed)
    expect(stand.fetches()).toBe(1)
  })

  test("leave the issuer alone while it is down, whatever keys are asked for", async ({ expect }) => {
    await using stand = await startStand(edge, { policy: pinned(), keys: { retryAfterSeconds: 300 } })
    goDown(stand.issuer)
    for (let round = 0; round < 3; round++) {
      expect(tally(await times(20, () => stand.ask(stand.unknownToken())))).toEqual({ keys_unreachable: 20 })
      expect(tally(await times(20, () => stand.ask()))).toEqual({ allowed: 20 })
    }
    expect(stand.fetches()).toBeLessThanOrEqual(2)
  })

  test("are one issuer's, and of no use for another's tokens", async ({ expect }) => {
    const keys = { retryAfterSeconds: 300 }
    const [one, other] = [await startTenant({ keys }), await startTenant({ keys })]
    const both = await startEdge(edge, { main: policyOf([one.input, other.input], pinned()(one)) })
    const ask = (token: string) => both.decide("main", token)
    try {
      expect(await ask(one.token())).toMatchObject(allowed)
      expect([one.fetches(), other.fetches()]).toEqual([0, 0])
      // Both have the id "first".
      expect(await ask(other.token(one.key))).toMatchObject({ reason: "signature_invalid" })
      expect(await ask(other.token())).toMatchObject(allowed)
      expect([one.fetches(), other.fetches()]).toEqual([0, 1])
    } finally {
      await both.close()
      for (const { close } of [one, other]) close()
    }
  })
})

describe.concurrent.each(storingEdgeNames)("%s: pinned keys", (edge) => {
  test("yield to newer ones that are stored", async ({ expect }) => {
    await using stand = await startStand(edge, { policy: pinned(), keys: { retryAfterSeconds: 1 } })
    stand.issuer.keys = [secondKey]
    await askUntil(stand.ask, (answer) => answer.reason === "key_unknown")
    await stored(stand.store, secondKey)
    goDown(stand.issuer)
    await stand.restart()
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    expect(await stand.ask()).toMatchObject({ allowed: false })
  })
})
