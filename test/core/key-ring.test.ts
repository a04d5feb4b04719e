import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { isRejection } from "../../core/decision.ts"
import { createAuthorizer, type KeySetLoad, type Ports } from "../../core/index.ts"
import { createKeyRing, findKeys, type KeyRing } from "../../core/key-ring.ts"
import { type IssuerKey, makeKey } from "../support/signing-issuer.ts"
import { issuer, keys, loadOf, policy, now as start, tokenOf } from "./standing-issuer.ts"

const limits = {
  refreshAfterSeconds: 300,
  maximumAgeSeconds: 3600,
  unknownKeyCoolDownSeconds: 30,
  retryAfterSeconds: 5,
}
const down: KeySetLoad = { ok: false, reason: "keys_unreachable", detail: "down" }
const unreachable = "keys_unreachable, retry after 5"

let ring: KeyRing
let published: KeySetLoad
let clock: number
/** At which second each fetch began. */
let fetches: number[]
/** How many seconds a fetch takes; null for one that ends when `finish` is called. */
let fetchSeconds: number | null
let finish: () => void

let underWay: Promise<KeySetLoad> | null
const ports: Ports = {
  now: () => start + clock * 1000,
  // As every platform must: calls that overlap share one fetch.
  loadKeySet() {
    underWay ??= fetchPublished().finally(() => (underWay = null))
    return underWay
  },
}

async function fetchPublished(): Promise<KeySetLoad> {
  fetches.push(clock)
  if (fetchSeconds === null) await new Promise<void>((resolve) => (finish = resolve))
  else clock += fetchSeconds
  return { ...published }
}

beforeEach(() => {
  ring = createKeyRing({ issuer, jwksUri: null }, limits)
  published = loadOf(keys.rsa, keys.p256)
  clock = 0
  fetches = []
  fetchSeconds = 0
  underWay = null
})
afterEach(() => vi.restoreAllMocks())

/** How many keys there are for a token, or why there are none. */
async function find(kid: string | null = "rsa", alg: "RS256" | "ES256" = "RS256"): Promise<number | string> {
  const found = await findKeys(ring, { alg, kid, typ: null }, alg, ports)
  if (!isRejection(found)) return found.length
  return found.outcome === "fault" ? `${found.reason}, retry after ${found.retryAfter}` : found.reason
}

async function findAt(second: number, kid?: string): Promise<number | string> {
  clock = second
  return find(kid)
}

describe("the age of keys", () => {
  test("nothing is fetched before the first token, and once until a refresh is due", async () => {
    expect(fetches).toEqual([])
    for (const second of [0, 1, 299, 299.999, 300, 301, 599, 600]) expect(await findAt(second)).toBe(1)
    expect(fetches).toEqual([0, 300, 600])
  })

  test("age counts from before the fetch began", async () => {
    fetchSeconds = 40
    await findAt(0)
    fetchSeconds = 0
    expect(await findAt(299)).toBe(1)
    expect(fetches).toEqual([0])
    await findAt(300)
    expect(fetches).toEqual([0, 300])
  })

  test("while the issuer is down, keys are used until their maximum age, then that is a fault; then it recovers", async () => {
    await findAt(0)
    published = down
    expect(await findAt(300)).toBe(1)
    expect(await findAt(3599)).toBe(1)
    expect(await findAt(3600)).toBe(unreachable)
    expect(await findAt(9000)).toBe(unreachable)
    published = loadOf(keys.rsa)
    expect(await findAt(9004)).toBe(unreachable)
    expect(await findAt(9005)).toBe(1)
    expect(await findAt(9006)).toBe(1)
  })

  test("after a failed fetch the issuer is left alone for a while", async () => {
    published = down
    for (const second of [0, 1, 4.999, 5, 6, 9.999, 10]) expect(await findAt(second)).toBe(unreachable)
    expect(fetches).toEqual([0, 5, 10])
  })

  test("that while counts from the end of the failed fetch", async () => {
    published = down
    fetchSeconds = 3
    await findAt(0)
    await findAt(7)
    await findAt(8)
    expect(fetches).toEqual([0, 8])
  })

  test("a key set that took longer to fetch than it may be used is not used", async () => {
    fetchSeconds = 3600
    expect(await findAt(0)).toBe(unreachable)
  })

  test("a set that can't be used is told from an issuer that can't be reached", async () => {
    published = { ok: false, reason: "keys_invalid", detail: "no JSON" }
    expect(await findAt(0)).toBe("keys_invalid, retry after 5")
  })

  test("a withdrawn key is refused once the set was refreshed, and used until then", async () => {
    await findAt(0)
    published = loadOf(keys.p256)
    expect(await findAt(299)).toBe(1)
    expect(await findAt(300)).toBe("key_unknown")
  })
})

describe("an unknown key", () => {
  const next = makeKey("rsa", { kid: "next" })

  test("is fetched for once in the cool-down", async () => {
    await findAt(0)
    for (const second of [1, 2, 30, 30.999, 31, 40]) expect(await findAt(second, "x")).toBe("key_unknown")
    expect(fetches).toEqual([0, 1, 31])
  })

  test("causes no second fetch when the set was fetched for this very token", async () => {
    expect(await findAt(0, "x")).toBe("key_unknown")
    expect(fetches).toEqual([0])
  })

  test("is found after a rotation, and the old one stays", async () => {
    await findAt(0)
    published = loadOf(keys.rsa, next)
    expect(await findAt(10, "next")).toBe(1)
    expect(await findAt(11, "rsa")).toBe(1)
    expect(fetches).toEqual([0, 10])
  })

  test("takes no known key with it while it cools down", async () => {
    await findAt(0)
    await findAt(1, "x")
    expect(await findAt(2, "y")).toBe("key_unknown")
    expect(await findAt(3)).toBe(1)
  })

  test("can't be told from a new one while the issuer is down: that is a fault, and known keys work on", async () => {
    await findAt(0)
    published = down
    expect(await findAt(10, "x")).toBe(unreachable)
    expect(await findAt(14, "x")).toBe(unreachable)
    expect(await findAt(14)).toBe(1)
    published = loadOf(keys.rsa, next)
    expect(await findAt(15, "next")).toBe(1)
    expect(fetches).toEqual([0, 10, 15])
  })

  test("doesn't bring the fetch forward that a failed one has put off", async () => {
    await findAt(0)
    published = down
    expect(await findAt(300)).toBe(1)
    expect(await findAt(301, "x")).toBe(unreachable)
    expect(await findAt(304, "y")).toBe(unreachable)
    expect(fetches).toEqual([0, 300])
    expect(await findAt(305, "x")).toBe(unreachable)
    expect(fetches).toEqual([0, 300, 305])
  })

  test("of a token without a key id is no reason to fetch where several keys fit", async () => {
    published = loadOf(keys.rsa, next)
    await findAt(0)
    clock = 1
    expect(await find(null)).toBe("key_unknown")
    expect(await find(null, "ES256")).toBe("key_unknown")
    expect(fetches).toEqual([0, 1])
  })
})

describe("calls that overlap share one fetch", () => {
  beforeEach(() => {
    fetchSeconds = null
  })

  test("100 of them, on a cold start", async () => {
    const calls = Array.from({ length: 100 }, () => find())
    await vi.waitFor(() => expect(fetches).toHaveLength(1))
    finish()
    expect(await Promise.all(calls)).toEqual(Array(100).fill(1))
    expect(fetches).toHaveLength(1)
  })

  test("100 of them, on a cold start that fails", async () => {
    published = down
    const calls = Array.from({ length: 100 }, () => find())
    finish()
    expect(await Promise.all(calls)).toEqual(Array(100).fill(unreachable))
    expect(fetches).toHaveLength(1)
  })

  test("for an unknown key: whoever comes while it is under way joins, and is not refused", async () => {
    const first = find()
    finish()
    await first
    published = loadOf(makeKey("rsa", { kid: "next" }))
    clock = 10
    const calls = [find("next"), find("next")]
    await vi.waitFor(() => expect(fetches).toHaveLength(2))
    clock = 12
    calls.push(find("next"), find("x"))
    finish()
    expect(await Promise.all(calls)).toEqual([1, 1, 1, "key_unknown"])
    expect(fetches).toEqual([0, 10])
    expect(await findAt(13, "x")).toBe("key_unknown")
    expect(fetches).toEqual([0, 10])
  })

  test("but nobody waits for one that will never end", async () => {
    const first = find()
    finish()
    await first
    void findAt(10, "x")
    await vi.waitFor(() => expect(fetches).toHaveLength(2))
    underWay = null
    fetchSeconds = 0
    expect(await findAt(41, "x")).toBe("key_unknown")
    expect(fetches).toEqual([0, 10, 41])
    expect(await findAt(42, "x")).toBe("key_unknown")
    expect(fetches).toEqual([0, 10, 41])
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

test("a key is imported once for each algorithm, and again with a new set", async () => {
  const importKey = vi.spyOn(crypto.subtle, "importKey")
  for (const second of [0, 1, 2]) await findAt(second)
  expect(importKey).toHaveBeenCalledTimes(1)
  expect(importKey.mock.calls[0]?.slice(3)).toEqual([false, ["verify"]])
  await findKeys(ring, { alg: "PS256", kid: "rsa", typ: null }, "PS256", ports)
  expect(importKey).toHaveBeenCalledTimes(2)
  await findAt(300)
  expect(importKey).toHaveBeenCalledTimes(3)
})
