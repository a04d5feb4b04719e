import { rm, writeFile } from "node:fs/promises"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, test, vi } from "vitest"
import type { IssuerKey } from "../support/signing-issuer.ts"
import { startEdge, storingEdgeNames } from "./edge.ts"
import { askUntil, goDown, holdAnswers, startStand, tally, times } from "./stand.ts"
import { overwrite, stored } from "./store-files.ts"
import { makeTenantKey, policyOf, startTenant } from "./tenant.ts"

const secondKey = makeTenantKey("second")
const allowed = { allowed: true }

// Some of them do little but wait for time to pass.
vi.setConfig({ maxConcurrency: 10 })

describe.concurrent.each(storingEdgeNames)("%s: a new isolate or environment", (edge) => {
  test("fetches nothing", async ({ expect }) => {
    await using stand = await startStand(edge)
    expect(await stand.ask()).toMatchObject(allowed)
    await stored(stand.store, stand.key)
    for (let round = 0; round < 2; round++) {
      await stand.restart()
      expect(tally(await times(20, () => stand.ask()))).toEqual({ allowed: 20 })
    }
    expect(stand.fetches()).toBe(1)
  })

  test("serves while the issuer is down", async ({ expect }) => {
    await using stand = await startStand(edge)
    expect(await stand.ask()).toMatchObject(allowed)
    await stored(stand.store, stand.key)
    goDown(stand.issuer)
    await stand.restart()
    expect(await stand.ask()).toMatchObject(allowed)
  })

  test("accepts a key that was rotated in meanwhile, with its first token", async ({ expect }) => {
    await using stand = await startStand(edge)
    expect(await stand.ask()).toMatchObject(allowed)
    await stored(stand.store, stand.key)
    await stand.restart()
    stand.issuer.keys = [secondKey, stand.key]
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    expect(stand.fetches()).toBe(2)
  })

  test("knows how old the keys are: they are refreshed when that is due, off the way of requests", async ({
    expect,
  }) => {
    const keys = {
      refreshAfterSeconds: 1,
      staleAfterSeconds: 60,
      refreshDeadlineMilliseconds: 50,
      fetchTimeoutSeconds: 10,
    }
    await using stand = await startStand(edge, { keys })
    expect(await stand.ask()).toMatchObject(allowed)
    await stored(stand.store, stand.key)
    // So that they are due when the next isolate begins.
    await pause(1000)
    holdAnswers(stand.issuer)
    await stand.restart()
    expect(await stand.ask()).toMatchObject(allowed)
    await expect.poll(stand.fetches).toBe(2)
    expect(stand.issuer.visits[1]?.endedAt).toBeNull()
  })

  test("does not use keys that are older than they may be", async ({ expect }) => {
    const keys = { refreshAfterSeconds: 1, staleAfterSeconds: 1, maximumAgeSeconds: 2, retryAfterSeconds: 1 }
    await using stand = await startStand(edge, { keys })
    expect(await stand.ask()).toMatchObject(allowed)
    await stored(stand.store, stand.key)
    goDown(stand.issuer)
    // Nothing happens meanwhile: no isolate is there.
    await pause(2000)
    await stand.restart()
    expect(await stand.ask()).toMatchObject({ reason: "keys_unreachable" })
    stand.issuer.answer = null
    await askUntil(stand.ask, (answer) => answer.allowed)
  })

  test("does not bring back a key that was found to be withdrawn", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { refreshAfterSeconds: 1, staleAfterSeconds: 60 } })
    expect(await stand.ask()).toMatchObject(allowed)
    await stored(stand.store, stand.key)
    stand.issuer.keys = [secondKey]
    await askUntil(stand.ask, (answer) => answer.reason === "key_unknown")
    await stored(stand.store, secondKey)
    goDown(stand.issuer)
    await stand.restart()
    expect(await stand.ask(stand.token(secondKey))).toMatchObject(allowed)
    expect(await stand.ask()).toMatchObject({ allowed: false })
  })

  test("keeps the keys of two issuers apart", async ({ expect }) => {
    const [one, other] = [await startTenant(), await startTenant()]
    const both = await startEdge(edge, { main: policyOf([one.input, other.input]) })
    const ask = (token: string) => both.decide("main", token)
    try {
      for (let round = 0; round < 2; round++) {
        expect(tally([await ask(one.token()), await ask(other.token())])).toEqual({ allowed: 2 })
        // Both have the id "first".
        expect(await ask(one.token(other.key))).toMatchObject({ reason: "signature_invalid" })
        await Promise.all([stored(both.store, one.key), stored(both.store, other.key)])
        await both.restart()
      }
      expect([one.fetches(), other.fetches()]).toEqual([1, 1])
    } finally {
      await both.close()
      for (const { close } of [one, other]) close()
    }
  })

  test("does not mind what is no key set in the place of one: keys are fetched, and stored anew", async ({
    expect,
  }) => {
    const kinds = Object.keys(spoilt) as (keyof typeof spoilt)[]
    const tenants = await Promise.all(kinds.map(async (kind) => ({ ...(await startTenant()), kind })))
    const policies = Object.fromEntries(tenants.map(({ input }, index) => [`row${index}`, policyOf([input])]))
    const all = await startEdge(edge, policies)
    const ask = () =>
      Promise.all(
        tenants.map(async ({ kind, token, fetches }, index) => {
          const { allowed, reason } = await all.decide(`row${index}`, token())
          return { kind, came: allowed ? "in" : reason, fetches: fetches() }
        }),
      )
    const each = (came: string, fetches: number) => kinds.map((kind) => ({ kind, came, fetches }))
    try {
      // Each with the key that its own issuer begins with.
      expect(await ask()).toEqual(each("in", 1))
      for (const { kind, key, issuer } of tenants) {
        await stored(all.store, key)
        await overwrite(all.store, key, spoilt[kind])
        issuer.keys = [makeTenantKey(key.jwk.kid as string)]
      }
      await all.restart()
      // Under the key set that was stored, these would be let in, and without a fetch.
      expect(await ask()).toEqual(each("signature_invalid", 2))
      for (const { issuer } of tenants) await stored(all.store, issuer.keys[0] as IssuerKey)
      await all.restart()
      expect(await ask()).toEqual(each("signature_invalid", 2))
    } finally {
      await all.close()
      for (const { close } of tenants) close()
    }
  })
})

/** What may become of a stored key set; spaces fill it up. */
const spoilt = {
  noise: (text: string) => "\u0001".repeat(text.length),
  "nothing at all": () => "",
  "half of what was there": (text: string) => text.slice(0, text.length / 2),
  "an empty object": () => "{}",
  null: () => "null",
  "a list": () => "[1,2]",
  "keys in another shape": () => '{"keys":1,"fetchedAt":"now"}',
  "another issuer's": (text: string) => text.replaceAll("http://127.0.0.1", "http://127.0.0.2"),
  "keys from the future": (text: string) => text.replaceAll(/\d{13}/g, "9".repeat(13)),
}

test("a Lambda function that can't write serves all the same", async () => {
  await using stand = await startStand("a Lambda function")
  // A file in the folder's place: nothing can be made in it, not even by root.
  await rm(stand.store ?? "", { recursive: true })
  await writeFile(stand.store ?? "", "")
  expect(tally(await times(20, () => stand.ask()))).toEqual({ allowed: 20 })
  await stand.restart()
  expect(await stand.ask()).toMatchObject(allowed)
  expect(stand.fetches()).toBe(2)
})
