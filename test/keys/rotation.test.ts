import { describe, test } from "vitest"
import { edgeNames, startEdge } from "./edge.ts"
import { askUntil, startStand, tally, times } from "./stand.ts"
import { makeTenantKey, policyOf, startTenant } from "./tenant.ts"

const secondKey = makeTenantKey("second")
const allowed = { allowed: true }

describe.concurrent.each(edgeNames)("%s: a key that is rotated in", (edge) => {
  test("is accepted with its first token, right after a fetch", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { unknownKeyCoolDownSeconds: 3600 } })
    const { issuer, key } = stand
    expect(await stand.ask()).toMatchObject(allowed)
    issuer.keys = [secondKey, key]
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    expect(await stand.ask()).toMatchObject(allowed)
    expect(stand.fetches()).toBe(2)
  })

  test("is accepted with its first 100 tokens at once, for one fetch", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { unknownKeyCoolDownSeconds: 3600 } })
    expect(await stand.ask()).toMatchObject(allowed)
    stand.issuer.keys = [secondKey, stand.key]
    const both = [() => stand.ask(stand.token(secondKey)), () => stand.ask()]
    const answers = await Promise.all(both.map((ask) => times(100, ask)))
    expect(tally(answers.flat())).toEqual({ allowed: 200 })
    expect(stand.fetches()).toBe(2)
  })

  test("puts an end to the key that it replaces, remembered tokens included", async ({ expect }) => {
    await using stand = await startStand(edge)
    const token = stand.token()
    expect(tally(await times(5, () => stand.ask(token)))).toEqual({ allowed: 5 })
    stand.issuer.keys = [secondKey]
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    expect(await stand.ask(token)).toMatchObject({ reason: "key_unknown" })
    expect(await stand.ask()).toMatchObject({ reason: "key_unknown" })
  })

  test("is accepted once the cool-down is over, when unknown keys came just before it", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { unknownKeyCoolDownSeconds: 1 } })
    expect(await stand.ask()).toMatchObject(allowed)
    expect(await stand.ask(stand.unknownToken())).toMatchObject({ reason: "key_unknown" })
    stand.issuer.keys = [secondKey, stand.key]
    const answers = await askUntil(
      () => stand.ask(stand.token(secondKey)),
      (answer) => answer.allowed,
    )
    expect(tally(answers)).toEqual({ key_unknown: answers.length - 1, allowed: 1 })
    expect(stand.fetches()).toBe(3)
  })

  test("is accepted at once, though one unknown key is asked with all the time", async ({ expect }) => {
    const unknownKeyCoolDownSeconds = 1
    await using stand = await startStand(edge, { keys: { unknownKeyCoolDownSeconds } })
    const { issuer } = stand
    expect(await stand.ask()).toMatchObject(allowed)
    // Until a whole cool-down has gone by in which this key took nobody's fetch away.
    const secondsSinceFetch = () => (performance.now() - (issuer.visits.at(-1)?.startedAt ?? 0)) / 1000
    const answers = await askUntil(
      () => stand.ask(stand.unknownToken("stranger")),
      () => secondsSinceFetch() > unknownKeyCoolDownSeconds + 0.3,
    )
    expect(tally(answers)).toEqual({ key_unknown: answers.length })
    issuer.keys = [secondKey, stand.key]
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
  })

  test("is found when keys are refreshed, though it was known not to exist", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { refreshAfterSeconds: 1, unknownKeyCoolDownSeconds: 3600 } })
    expect(await stand.ask()).toMatchObject(allowed)
    const early = () => stand.ask(stand.token(secondKey))
    expect(await early()).toMatchObject({ reason: "key_unknown" })
    stand.issuer.keys = [secondKey, stand.key]
    await askUntil(early, (answer) => answer.allowed)
  })

  test("is accepted at once, though another issuer's keys are in their cool-down", async ({ expect }) => {
    const keys = { unknownKeyCoolDownSeconds: 3600 }
    const [one, other] = [await startTenant({ keys }), await startTenant({ keys })]
    const both = await startEdge(edge, { main: policyOf([one.input, other.input]) })
    const ask = (token: string) => both.decide("main", token)
    try {
      expect(tally([await ask(one.token()), await ask(other.token())])).toEqual({ allowed: 2 })
      expect(tally(await times(10, () => ask(other.unknownToken())))).toEqual({ key_unknown: 10 })
      one.issuer.keys = [secondKey]
      expect(await ask(one.token(secondKey))).toMatchObject(allowed)
      expect([one.fetches(), other.fetches()]).toEqual([2, 2])
    } finally {
      await both.close()
      for (const { close } of [one, other]) close()
    }
  })
})
