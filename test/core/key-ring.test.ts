import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { isRejection } from "../../core/decision.ts"
import { createAuthorizer, type KeySetLoad, type Ports } from "../../core/index.ts"
import { findKeys } from "../../core/key-finder.ts"
import type { KeyLimits } from "../../core/key-limits.ts"
import { createKeyRing, type KeyRing, takeLoad } from "../../core/key-ring.ts"
import { type IssuerKey, makeKey } from "../support/signing-issuer.ts"
import { issuer, keys, loadOf, policy, now as start, tokenOf } from "./standing-issuer.ts"

const limits: KeyLimits = {
  refreshAfterSeconds: 300,
  minimumRefreshSeconds: 60,
  staleAfterSeconds: 900,
  maximumAgeSeconds: 3600,
  unknownKeyCoolDownSeconds: 30,
  maximumUnknownKeys: 3,
  retryAfterSeconds: 5,
  fetchTimeoutSeconds: 3,
  refreshDeadlineMilliseconds: 500,
  maximumSnapshotAgeSeconds: 7 * 86_400,
  maximumDocumentBytes: 150_000,
  maximumKeys: 100,
}
const down: KeySetLoad = { ok: false, reason: "keys_unreachable", detail: "down" }
const unreachable = "keys_unreachable, retry after 5"

let ring: KeyRing
let published: KeySetLoad
/** Seconds since the start. */
let clock: number
/** At which second each load began, and which set would have done: one fetched "after" a second, or the issuer's own of "now". */
let loads: string[]
/** How many seconds a load takes; null for one that ends when `finish` is called. */
let loadSeconds: number | null
let finish: () => void
let deferred: Promise<void>[]

let underWay: Promise<KeySetLoad> | null
const ports: Ports = {
  now: () => start + clock * 1000,
  // As every platform must: loads that overlap are one.
  loadKeySet(_source, newerThan) {
    underWay ??= loadPublished(newerThan).finally(() => (underWay = null))
    return underWay
  },
  defer: (work) => void deferred.push(work),
}

async function loadPublished(newerThan: number): Promise<KeySetLoad> {
  const fetchedAt = ports.now()
  loads.push(newerThan >= fetchedAt ? `${clock} now` : `${clock} after ${(newerThan - start) / 1000}`)
  if (loadSeconds === null) await new Promise<void>((resolve) => (finish = resolve))
  else clock += loadSeconds
  return published.ok ? { ...published, fetchedAt } : published
}

beforeEach(() => {
  ring = createKeyRing({ issuer, jwksUri: null, limits }, limits, null)
  published = loadOf(keys.rsa, keys.p256)
  clock = 0
  loads = []
  loadSeconds = 0
  deferred = []
  underWay = null
})
afterEach(() => vi.restoreAllMocks())

/** How many keys there are for a token, or why there are none. What is done off the request's path has been done then. */
async function find(kid: string | null = "rsa", alg: "RS256" | "ES256" = "RS256"): Promise<number | string> {
  const found = await findKeys(ring, { alg, kid, typ: null }, alg, ports, ports.now())
  if (loadSeconds !== null) await Promise.all(deferred)
  if (!isRejection(found)) return found.keys.length
  return found.outcome === "fault" ? `${found.reason}, retry after ${found.retryAfter}` : found.reason
}

async function findAt(second: number, kid?: string | null): Promise<number | string> {
  clock = second
  return find(kid)
}

/** The seconds at which keys were loaded. */
const loadedAt = () => loads.map((load) => Number(load.split(" ")[0]))

describe("the age of keys", () => {
  test("nothing is loaded before the first token, and then at most once until a refresh is due", async () => {
    expect(loads).toEqual([])
    for (const second of [0, 1, 299, 299.999]) expect(await findAt(second)).toBe(1)
    expect(loads).toEqual(["0 after -3600"])
  })

  test("keys that are due are used, and refreshed off the request's path", async () => {
    await findAt(0)
    loadSeconds = null
    for (const second of [300, 301, 305]) expect(await findAt(second)).toBe(1)
    expect(loads).toEqual(["0 after -3600", "300 after 0"])
    finish()
    await Promise.all(deferred)
    loadSeconds = 0
    expect(await findAt(599)).toBe(1)
    expect(loadedAt()).toEqual([0, 300])
    expect(await findAt(600)).toBe(1)
    expect(loads.slice(2)).toEqual(["600 after 300"])
  })

  test("keys at hand are returned without a promise", async () => {
    const found = () => findKeys(ring, { alg: "RS256", kid: "rsa", typ: null }, "RS256", ports, ports.now())
    expect(found()).toBeInstanceOf(Promise)
    await find()
    expect(found()).not.toBeInstanceOf(Promise)
    clock = 300
    expect(found()).not.toBeInstanceOf(Promise)
    await Promise.all(deferred)
    clock = 1200
    expect(found()).toBeInstanceOf(Promise)
  })

  test("a refresh that never ends, since its request was cut off, does not put off the next for ever", async () => {
    await findAt(0)
    loadSeconds = null
    await findAt(300)
    underWay = null
    deferred = []
    loadSeconds = 0
    await findAt(305)
    expect(loadedAt()).toEqual([0, 300])
    await findAt(306)
    expect(loadedAt()).toEqual([0, 300, 306])
  })

  test("without a way to defer work, refreshes are begun all the same", async () => {
    const { defer: _defer, ...rest } = ports
    const ask = () => findKeys(ring, { alg: "RS256", kid: "rsa", typ: null }, "RS256", rest, rest.now())
    await ask()
    clock = 300
    await ask()
    expect(loadedAt()).toEqual([0, 300])
  })

  test("age counts from before the fetch began", async () => {
    loadSeconds = 40
    await findAt(0)
    loadSeconds = 0
    expect(await findAt(299)).toBe(1)
    expect(loadedAt()).toEqual([0])
    await findAt(300)
    expect(loadedAt()).toEqual([0, 300])
  })

  test("stale keys wait for the refresh", async () => {
    await findAt(0)
    published = loadOf(keys.p256)
    expect(await findAt(899)).toBe(1)
    published = loadOf(keys.p256, keys.rsa)
    expect(await findAt(1800)).toBe(1)
    published = loadOf(keys.p256)
    expect(await findAt(2699)).toBe(1)
    expect(await findAt(2700)).toBe("key_unknown")
  })

  test("while the issuer is down, keys are used until their maximum age, then that is a fault; then it recovers", async () => {
    await findAt(0)
    published = down
    for (const second of [300, 900, 3599]) expect(await findAt(second)).toBe(1)
    expect(await findAt(3600)).toBe(unreachable)
    expect(await findAt(9000)).toBe(unreachable)
    published = loadOf(keys.rsa)
    expect(await findAt(9004)).toBe(unreachable)
    expect(await findAt(9005)).toBe(1)
    expect(await findAt(9006)).toBe(1)
  })

  test("stale keys wait for an issuer that is down once, and from then on ask it off the request's path", async () => {
    await findAt(0)
    published = down
    loadSeconds = 3
    clock = 1000
    expect(await find()).toBe(1)
    expect(clock).toBe(1003)
    loadSeconds = null
    expect(await findAt(1010)).toBe(1)
    expect(loadedAt()).toEqual([0, 1000, 1010])
  })

  test("stale keys wait again when nobody has asked for as long as to a refresh", async () => {
    await findAt(0)
    published = down
    await findAt(800)
    loadSeconds = 3
    clock = 1106
    expect(await find()).toBe(1)
    expect(clock).toBe(1109)
  })

  test("one failure that is long over doesn't keep a withdrawn key alive", async () => {
    await findAt(0)
    published = down
    await findAt(890)
    published = loadOf(keys.p256)
    expect(await findAt(1190)).toBe("key_unknown")
  })

  test("stale keys don't wait while the issuer is asked again", async () => {
    await findAt(0)
    published = down
    await findAt(1000)
    loadSeconds = null
    expect(await findAt(1007)).toBe(1)
    expect(await findAt(1012.999)).toBe(1)
    expect(loadedAt()).toEqual([0, 1000, 1007])
  })

  test("after a failed fetch the issuer is left alone for a while", async () => {
    published = down
    for (const second of [0, 1, 4.999, 5, 6, 9.999, 10]) expect(await findAt(second)).toBe(unreachable)
    expect(loadedAt()).toEqual([0, 5, 10])
  })

  test("also off the request's path", async () => {
    await findAt(0)
    published = down
    for (const second of [300, 301, 304.999, 305, 306]) expect(await findAt(second)).toBe(1)
    expect(loadedAt()).toEqual([0, 300, 305])
  })

  test("that while counts from the end of the failed fetch", async () => {
    published = down
    loadSeconds = 3
    await findAt(0)
    await findAt(7)
    await findAt(8)
    expect(loadedAt()).toEqual([0, 8])
  })

  test("a key set that took longer to fetch than it may be used is not used", async () => {
    loadSeconds = 3600
    expect(await findAt(0)).toBe(unreachable)
  })

  test("a set that can't be used is told from an issuer that can't be reached", async () => {
    published = { ok: false, reason: "keys_invalid", detail: "no JSON" }
    expect(await findAt(0)).toBe("keys_invalid, retry after 5")
  })

  test("a withdrawn key is refused once the set was refreshed, and used until then", async () => {
    await findAt(0)
    published = loadOf(keys.p256)
    expect(await findAt(300)).toBe(1)
    expect(await findAt(301)).toBe("key_unknown")
  })

  test("a set that is older than the one in hand changes nothing", async () => {
    await findAt(100)
    takeLoad(ring, { ...loadOf(keys.p256), fetchedAt: start + 99_000 }, ports.now())
    expect(await findAt(101)).toBe(1)
  })
})

describe("what the issuer says about its keys' life", () => {
  test.each([
    { freshSeconds: null, refreshAt: 300, why: "nothing: the default" },
    { freshSeconds: 120, refreshAt: 120, why: "a time in bounds" },
    { freshSeconds: 0, refreshAt: 60, why: "less than the least" },
    { freshSeconds: 86_400, refreshAt: 600, why: "more than may pass without asking" },
  ])("$why", async ({ freshSeconds, refreshAt }) => {
    published = { ...loadOf(keys.rsa), freshSeconds }
    await findAt(0)
    await findAt(refreshAt - 0.001)
    expect(loadedAt()).toEqual([0])
    await findAt(refreshAt)
    expect(loadedAt()).toEqual([0, refreshAt])
  })
})

describe("keys from a store", () => {
  const storedAt = (second: number) => {
    vi.spyOn(ports, "loadKeySet").mockImplementationOnce(async () => ({
      ...loadOf(keys.rsa),
      fetchedAt: start + second * 1000,
    }))
  }

  test("are used as if they had been in hand all the time", async () => {
    storedAt(-200)
    expect(await findAt(0)).toBe(1)
    expect(await findAt(99)).toBe(1)
    expect(loads).toEqual([])
    expect(await findAt(100)).toBe(1)
    expect(loads).toEqual(["100 after -200"])
  })

  test("that are stale wait for the issuer", async () => {
    storedAt(-1000)
    published = loadOf(keys.p256)
    expect(await findAt(0)).toBe("key_unknown")
    expect(loads[0]).toBe("0 after -1000")
  })

  test("that are stale serve while the issuer is down", async () => {
    storedAt(-1000)
    published = down
    expect(await findAt(0)).toBe(1)
    expect(await findAt(2599)).toBe(1)
    expect(await findAt(2600)).toBe(unreachable)
  })
})

describe("pinned keys", () => {
  const week = 7 * 86_400
  const pinnedAt = (second: number) =>
    createKeyRing({ issuer, jwksUri: null, limits }, limits, {
      fetchedAt: start + second * 1000,
      keys: loadOf(keys.rsa).keys,
    })

  test("decide the first request without a load, and are refreshed soon after", async () => {
    ring = pinnedAt(-86_400)
    expect(await findAt(0)).toBe(1)
    expect(await findAt(4.999)).toBe(1)
    expect(loads).toEqual([])
    expect(await findAt(5)).toBe(1)
    expect(loads).toEqual(["5 after -86400"])
    published = loadOf(keys.p256)
    expect(await findAt(310)).toBe(1)
    expect(await findAt(311)).toBe("key_unknown")
  })

  test("that nobody has asked for in a while wait for the refresh", async () => {
    ring = pinnedAt(-86_400)
    expect(await findAt(0)).toBe(1)
    published = loadOf(keys.p256)
    expect(await findAt(65)).toBe("key_unknown")
  })

  test("of a time to come are not trusted, but for a clock that is a little ahead", async () => {
    ring = pinnedAt(11)
    published = down
    expect(await findAt(0)).toBe(unreachable)
    ring = pinnedAt(10)
    published = loadOf(keys.p256)
    expect(await findAt(0)).toBe(1)
    expect(await findAt(5)).toBe(1)
    expect(await findAt(6)).toBe("key_unknown")
  })

  test("that are too old are not trusted", async () => {
    ring = pinnedAt(-week)
    published = down
    expect(await findAt(0)).toBe(unreachable)
    ring = pinnedAt(-week + 1)
    expect(await findAt(0)).toBe(1)
    expect(await findAt(1)).toBe(unreachable)
  })

  test("last while the issuer is down for as long as other keys", async () => {
    ring = pinnedAt(-100)
    published = down
    for (const second of [0, 5, 900, 3599]) expect(await findAt(second)).toBe(1)
    expect(await findAt(3600)).toBe(unreachable)
  })

  test("leave an issuer alone that is down, whatever keys are asked for", async () => {
    ring = pinnedAt(-86_400)
    published = down
    for (const kid of ["a", "b", "c"]) expect(await findAt(0, kid)).toBe(unreachable)
    expect(await findAt(4.999, "d")).toBe(unreachable)
    expect(loadedAt()).toEqual([0])
  })

  test("don't stand in the way of a key that came later", async () => {
    const next = makeKey("rsa", { kid: "next" })
    ring = pinnedAt(-86_400)
    published = loadOf(next, keys.rsa)
    expect(await findAt(0, "next")).toBe(1)
    expect(loads).toEqual(["0 after -86400"])
  })
})

describe("an unknown key", () => {
  const next = makeKey("rsa", { kid: "next" })

  test("is fetched for once in the cool-down", async () => {
    await findAt(0)
    for (const [index, second] of [1, 2, 30, 30.999, 31, 40].entries())
      expect(await findAt(second, `x${index}`)).toBe("key_unknown")
    expect(loads).toEqual(["0 after -3600", "1 now", "31 now"])
  })

  test("causes no second fetch when the set was fetched for this very token", async () => {
    expect(await findAt(0, "x")).toBe("key_unknown")
    expect(loads).toHaveLength(1)
  })

  test("is fetched for no more often in the long run while the issuer is down", async () => {
    await findAt(0)
    published = down
    for (let second = 1; second < 120; second++) expect(await findAt(second, `x${second}`)).toBe(unreachable)
    expect(loadedAt()).toEqual([0, 1, 6, 16, 36, 66, 96])
    published = loadOf(keys.rsa, next)
    expect(await findAt(126, "next")).toBe(1)
    await findAt(127, "y")
    expect(loadedAt().slice(7)).toEqual([126])
  })

  test("is fetched for although the keys in hand come from a clock that is ahead", async () => {
    vi.spyOn(ports, "loadKeySet").mockImplementationOnce(async () => ({ ...loadOf(keys.rsa), fetchedAt: start + 9000 }))
    await findAt(0)
    published = loadOf(keys.rsa, next)
    expect(await findAt(1, "next")).toBe(1)
  })

  test("is found after a rotation, right after a fetch, and the old one stays", async () => {
    await findAt(0)
    published = loadOf(keys.rsa, next)
    expect(await findAt(0.01, "next")).toBe(1)
    expect(await findAt(11, "rsa")).toBe(1)
    expect(loadedAt()).toEqual([0, 0.01])
  })

  test("takes no known key with it while it cools down", async () => {
    await findAt(0)
    await findAt(1, "x")
    expect(await findAt(2, "y")).toBe("key_unknown")
    expect(await findAt(3)).toBe(1)
  })

  test("that was asked for in vain leaves the next fetch to others, for longer each time", async () => {
    await findAt(0)
    for (let second = 1; second < 200; second++) expect(await findAt(second, "dead")).toBe("key_unknown")
    // Waits of 30, 60 and 120 seconds; the one after that is over 300, when all keys are refreshed.
    expect(loadedAt()).toEqual([0, 1, 31, 91])
    published = loadOf(keys.rsa, next)
    expect(await findAt(200, "next")).toBe(1)
  })

  test("that was asked for in vain is found when it comes after all", async () => {
    await findAt(0)
    expect(await findAt(1, "next")).toBe("key_unknown")
    published = loadOf(keys.rsa, next)
    expect(await findAt(30, "next")).toBe("key_unknown")
    expect(await findAt(31, "next")).toBe(1)
  })

  test("is remembered among no more than a few others", async () => {
    for (const [index, kid] of ["a", "b", "c", "d", "e"].entries()) await findAt(31 * index, kid)
    expect([...ring.unknownKeys.keys()]).toEqual(["c", "d", "e"])
  })

  test("can't be told from a new one while the issuer is down: that is a fault, and known keys work on", async () => {
    await findAt(0)
    published = down
    expect(await findAt(10, "x")).toBe(unreachable)
    expect(await findAt(14, "x")).toBe(unreachable)
    expect(await findAt(14)).toBe(1)
    published = loadOf(keys.rsa, next)
    expect(await findAt(15, "next")).toBe(1)
    expect(loadedAt()).toEqual([0, 10, 15])
  })

  test("doesn't bring the fetch forward that a failed one has put off", async () => {
    await findAt(0)
    published = down
    expect(await findAt(300)).toBe(1)
    expect(await findAt(301, "x")).toBe(unreachable)
    expect(await findAt(304, "y")).toBe(unreachable)
    expect(loadedAt()).toEqual([0, 300])
    expect(await findAt(305, "x")).toBe(unreachable)
    expect(loadedAt()[2]).toBe(305)
  })

  test("of a token without a key id is no reason to fetch where several keys fit", async () => {
    published = loadOf(keys.rsa, next)
    await findAt(0)
    clock = 1
    expect(await find(null)).toBe("key_unknown")
    expect(await find(null, "ES256")).toBe("key_unknown")
    expect(loadedAt()).toEqual([0, 1])
  })
})

describe("calls that overlap share one load", () => {
  beforeEach(() => {
    loadSeconds = null
  })

  test("100 of them, on a cold start", async () => {
    const calls = Array.from({ length: 100 }, () => find())
    await vi.waitFor(() => expect(loads).toHaveLength(1))
    finish()
    expect(await Promise.all(calls)).toEqual(Array(100).fill(1))
    expect(loads).toHaveLength(1)
  })

  test("100 of them, on a cold start that fails", async () => {
    published = down
    const calls = Array.from({ length: 100 }, () => find())
    finish()
    expect(await Promise.all(calls)).toEqual(Array(100).fill(unreachable))
    expect(loads).toHaveLength(1)
  })

  test("for an unknown key: whoever comes while it is under way joins, and is not refused", async () => {
    const first = find()
    finish()
    await first
    published = loadOf(makeKey("rsa", { kid: "next" }))
    clock = 10
    const calls = [find("next"), find("next")]
    await vi.waitFor(() => expect(loads).toHaveLength(2))
    clock = 12
    calls.push(find("next"), find("x"))
    finish()
    expect(await Promise.all(calls)).toEqual([1, 1, 1, "key_unknown"])
    expect(loadedAt()).toEqual([0, 10])
    expect(await findAt(13, "x")).toBe("key_unknown")
    expect(loadedAt()).toEqual([0, 10])
  })

  test("a key that was rotated in after the load began that it joins is loaded for again", async () => {
    const first = find()
    finish()
    await first
    clock = 300
    await find()
    clock = 301
    const call = find("next")
    finish()
    published = loadOf(keys.rsa, makeKey("rsa", { kid: "next" }))
    await vi.waitFor(() => expect(loads).toHaveLength(3))
    finish()
    expect(await call).toBe(1)
  })

  test("but nobody waits for one that will never end", async () => {
    const first = find()
    finish()
    await first
    void findAt(10, "x")
    await vi.waitFor(() => expect(loads).toHaveLength(2))
    underWay = null
    loadSeconds = 0
    deferred = []
    expect(await findAt(41, "x")).toBe("key_unknown")
    expect(loadedAt()).toEqual([0, 10, 41])
    expect(await findAt(42, "x")).toBe("key_unknown")
    expect(loadedAt()).toEqual([0, 10, 41])
  })
})

describe("keys that can't be used", () => {
  /** Right in form and length, and not on the curve: only an import can tell. */
  const offCurve = (kid: string): IssuerKey => {
    const { privateKey, jwk } = keys.p256
    const y = Buffer.from(String(jwk.y), "base64url")
    y[0] = (y[0] ?? 0) ^ 1
    return { privateKey, jwk: { ...jwk, kid, y: y.toString("base64url") } }
  }

  test("are a fault where no other fits, and harm no other key", async () => {
    published = loadOf(offCurve("bad"), keys.p256)
    expect(await find("bad", "ES256")).toBe("keys_invalid, retry after 5")
    expect(await find("p256", "ES256")).toBe(1)
  })

  test("are not imported again for each token", async () => {
    published = loadOf(offCurve("bad"), keys.p256)
    const importKey = vi.spyOn(crypto.subtle, "importKey")
    for (let time = 0; time < 3; time++) await find("bad", "ES256")
    expect(importKey).toHaveBeenCalledTimes(1)
  })

  test("are left out beside one of the same id", async () => {
    published = loadOf(offCurve("p256"), keys.p256)
    expect(await find("p256", "ES256")).toBe(1)
  })
})

test("keys with one id are all tried", async () => {
  const twin = makeKey("rsa", { kid: "rsa" })
  published = loadOf(keys.rsa, twin)
  const { authorize } = createAuthorizer(policy(), ports)
  for (const key of [keys.rsa, twin]) {
    const authorization = `Bearer ${tokenOf({}, {}, key)}`
    expect(await authorize({ method: "GET", path: "/", headers: { authorization } })).toMatchObject({
      outcome: "allow",
    })
  }
})

test("but no more than four, since each costs a signature check", async () => {
  published = loadOf(...Array.from({ length: 6 }, () => keys.rsa))
  expect(await find()).toBe(4)
})

describe("a generation of keys", () => {
  test("imports each key once for each algorithm", async () => {
    const importKey = vi.spyOn(crypto.subtle, "importKey")
    for (const second of [0, 1, 2]) await findAt(second)
    expect(importKey).toHaveBeenCalledTimes(1)
    expect(importKey.mock.calls[0]?.slice(3)).toEqual([false, ["verify"]])
    await findKeys(ring, { alg: "PS256", kid: "rsa", typ: null }, "PS256", ports, ports.now())
    expect(importKey).toHaveBeenCalledTimes(2)
  })

  test("lasts as long as the issuer's keys are the same, and hands on what is imported when they change", async () => {
    const importKey = vi.spyOn(crypto.subtle, "importKey")
    const generation = () => ring.held?.generation
    await findAt(0)
    const first = generation()
    published = loadOf(keys.p256, keys.rsa)
    await findAt(300)
    expect(loadedAt()).toEqual([0, 300])
    expect(generation()).toBe(first)

    for (const [second, change] of [
      [600, [makeKey("rsa", { kid: "next" }), keys.rsa]],
      [900, [keys.rsa]],
      [1200, [{ ...keys.rsa, jwk: { ...keys.rsa.jwk, alg: "RS256" } }]],
      [1500, [{ ...makeKey("rsa", { kid: "rsa", alg: "RS256" }) }]],
    ] as const) {
      published = loadOf(...change)
      const before = generation()
      await findAt(second)
      expect(generation()).not.toBe(before)
      expect(await findAt(second + 1)).toBe(1)
      // The first two keep the key as it is; the third says something else of it, and the last is another key.
      expect(importKey).toHaveBeenCalledTimes(second < 1200 ? 1 : second / 300 - 2)
    }
  })
})
