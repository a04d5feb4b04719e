import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import fc from "fast-check"
import { beforeEach, describe, expect, test } from "vitest"
import type { VerifiedToken } from "../../core/claims.ts"
import { type Authorizer, createAuthorizer, type KeySetLoad, type MemoLimits, type Ports } from "../../core/index.ts"
import { nextGeneration } from "../../core/key-generation.ts"
import { createKeyRing } from "../../core/key-ring.ts"
import { admits, type Conclusion, createMemo, type Memo, recall, remember } from "../../core/memo.ts"
import { webCryptoSignatures } from "../../core/signatures.ts"
import { type IssuerKey, makeKey } from "../support/signing-issuer.ts"
import { issuer, keys, loadOf, now, nowSeconds, ordinaryClaims, policy, tokenOf } from "./standing-issuer.ts"

describe("what is remembered", () => {
  const roomy: MemoLimits = { maximumTokens: 100, maximumBytes: 1_000_000 }
  const header = (name: string) => `Bearer ${"e".repeat(40)}.${"p".repeat(40)}.${name.padStart(40, "s")}`
  let memo: Memo

  beforeEach(() => {
    memo = createMemo(roomy)
  })

  /** Any conclusion does, where only its time matters. */
  function conclusion(change: Partial<Conclusion> = {}): Conclusion {
    const limits = {} as Parameters<typeof createKeyRing>[1]
    const ring = createKeyRing({ issuer, jwksUri: null, limits }, limits, null)
    const verified = {} as VerifiedToken
    return { verified, checks: [], ring, generation: nextGeneration(null, []), from: 100, until: 200, ...change }
  }
  function come(authorization: string, concluded: Conclusion): void {
    if (admits(memo, authorization)) remember(memo, authorization, concluded)
  }
  function twice(name: string, concluded = conclusion()): Conclusion {
    come(header(name), concluded)
    come(header(name), concluded)
    return concluded
  }
  const isKnown = (name: string, at = 150) => recall(memo, header(name), at) !== null

  test("is a header that comes for the second time", () => {
    come(header("a"), conclusion())
    expect(isKnown("a")).toBe(false)
    const second = conclusion()
    come(header("a"), second)
    expect(recall(memo, header("a"), 150)).toBe(second)
  })

  test("holds from when it was concluded until the token's end, and is forgotten then", () => {
    twice("a")
    for (const [at, known] of [
      [99, false],
      [100, true],
      [199, true],
    ] as const)
      expect(isKnown("a", at)).toBe(known)
    expect(isKnown("a", 200)).toBe(false)
    expect(memo).toMatchObject({ bytes: 0, entries: new Map() })
  })

  test("holds for the very same header, and none that is like it", () => {
    twice("a")
    const known = header("a")
    for (let at = 0; at < known.length; at++) {
      for (const other of ["x", "", "\0", "\u0173", `${known[at]}${known[at]}`])
        if (other !== known[at]) expect(recall(memo, known.slice(0, at) + other + known.slice(at + 1), 150)).toBeNull()
    }
    for (const end of [" ", "\0", "=", known]) expect(recall(memo, known + end, 150)).toBeNull()
    expect(recall(memo, "", 150)).toBeNull()
  })

  test("is replaced by what is concluded later", () => {
    twice("a")
    const later = twice("a")
    expect(recall(memo, header("a"), 150)).toBe(later)
    expect(memo.entries.size).toBe(1)
  })

  test("is no more than so many tokens", () => {
    memo = createMemo({ ...roomy, maximumTokens: 3 })
    for (const name of ["a", "b", "c", "d", "e"]) twice(name)
    expect(["a", "b", "c", "d", "e"].filter((name) => isKnown(name))).toEqual(["c", "d", "e"])
  })

  test("is no more than so many bytes", () => {
    twice("a")
    const one = memo.bytes
    expect(one).toBeGreaterThan(header("a").length)
    memo = createMemo({ ...roomy, maximumBytes: 3 * one })
    for (const name of ["a", "b", "c", "d"]) twice(name)
    expect(memo.bytes).toBe(3 * one)
    memo = createMemo({ ...roomy, maximumBytes: one - 1 })
    twice("a")
    expect(memo).toMatchObject({ bytes: 0, entries: new Map() })
  })

  test("is counted with all that its claims hold", () => {
    const claims = { list: Array.from({ length: 1000 }, () => ({})) }
    twice("a", conclusion({ verified: { claims } as unknown as VerifiedToken }))
    expect(memo.bytes).toBeGreaterThan(50_000)
  })

  test("can't be changed by whoever got it", () => {
    const verified = { scopes: ["read"], claims: { roles: ["user"] } } as unknown as VerifiedToken
    twice("a", conclusion({ verified }))
    expect(() => (verified.scopes as string[]).push("admin")).toThrow(TypeError)
    expect(() => (verified.claims.roles as string[]).push("admin")).toThrow(TypeError)
  })

  test("stays if it was asked for, and makes room if it was not", () => {
    memo = createMemo({ ...roomy, maximumTokens: 3 })
    for (const name of ["a", "b", "c"]) twice(name)
    expect(isKnown("a")).toBe(true)
    twice("d")
    twice("e")
    expect(["a", "b", "c", "d", "e"].filter((name) => isKnown(name))).toEqual(["a", "d", "e"])
  })

  test("is nothing where nothing may be", () => {
    memo = createMemo({ ...roomy, maximumTokens: 0 })
    twice("a")
    expect(isKnown("a")).toBe(false)
  })

  test("is no header that is longer than any with a token that is verified", () => {
    const long = `Bearer${" ".repeat(16_400)}a`
    for (let time = 0; time < 2; time++) come(long, conclusion())
    expect(recall(memo, long, 150)).toBeNull()
  })
})

describe("a decision from memory", () => {
  const next = makeKey("rsa", { kid: "next" })
  const twin = makeKey("rsa", { kid: "rsa" })
  const bearer = (token: string) => `Bearer ${token}`
  const claims = (change: object) => ({ ...ordinaryClaims, ...change })
  const kidless = { kid: undefined }
  const good = tokenOf(claims({ exp: nowSeconds + 900 }))
  const headers = [
    bearer(good),
    bearer(tokenOf(claims({ exp: nowSeconds + 40, scope: "" }))),
    bearer(tokenOf(claims({ exp: nowSeconds + 900, nbf: nowSeconds + 20 }))),
    bearer(tokenOf(claims({ exp: nowSeconds + 900.5 }), {}, keys.p256, "ES256")),
    bearer(tokenOf(claims({ exp: nowSeconds + 900 }), {}, next)),
    bearer(tokenOf(claims({ exp: nowSeconds + 900 }), {}, twin)),
    bearer(tokenOf(claims({ exp: nowSeconds + 900 }), kidless)),
    bearer(tokenOf(claims({ exp: nowSeconds + 900, cnf: { jkt: "x" } }))),
    bearer(tokenOf(claims({ exp: nowSeconds + 900, aud: "another" }))),
    bearer(`${good.slice(0, -1)}${good.endsWith("A") ? "Q" : "A"}`),
    `bearer  ${good} `,
    `Bearer ${good}\0`,
    bearer(good.slice(0, -12)),
    "",
  ]
  const sets: readonly (readonly IssuerKey[])[] = [
    [keys.rsa, keys.p256],
    [next, keys.rsa, keys.p256],
    [next],
    [keys.rsa, twin],
    [{ ...keys.rsa, jwk: { ...keys.rsa.jwk, alg: "PS256" } }],
  ]
  const routes = [{ path: "/orders", scopes: ["read:orders"] }, { path: "/any" }] as const

  type Event =
    | { readonly ask: number; readonly path: string }
    | { readonly wait: number }
    | { readonly publish: number }
    | { readonly down: boolean }
  const event: fc.Arbitrary<Event> = fc.oneof(
    // Few tokens come often, as they do; all of them come some time.
    { weight: 8, arbitrary: fc.record({ ask: fc.constantFrom(0, 0, 0, 3, 4, 6), path: fc.constant("/orders") }) },
    { weight: 4, arbitrary: fc.record({ ask: fc.nat(headers.length - 1), path: fc.constantFrom("/orders", "/any") }) },
    { weight: 2, arbitrary: fc.record({ wait: fc.constantFrom(1, 5, 19, 30, 61, 400, -3) }) },
    { weight: 1, arbitrary: fc.record({ publish: fc.nat(sets.length - 1) }) },
    { weight: 1, arbitrary: fc.record({ down: fc.boolean() }) },
  )

  test("is the one without, whatever happens to keys, clock and issuer (500 histories of 30 to 60 events)", async () => {
    let remembered = 0
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 30, maxLength: 60 }), async (history) => {
        const world = { clock: now, published: sets[0] ?? [], down: false }
        const withMemo = authorizerIn(world, {})
        const without = authorizerIn(world, { maximumTokens: 0 })
        for (const event of history) {
          if ("wait" in event) world.clock += event.wait * 1000
          else if ("publish" in event) world.published = sets[event.publish] ?? []
          else if ("down" in event) world.down = event.down
          else {
            const request = { method: "GET", path: event.path, headers: { authorization: headers[event.ask] } }
            const checksBefore = withMemo.signaturesChecked()
            const decision = await withMemo.authorize(request)
            expect(decision).toEqual(await without.authorize(request))
            if (decision.outcome === "allow" && withMemo.signaturesChecked() === checksBefore) remembered++
          }
        }
      }),
      { numRuns: 500 },
    )
    // Else nothing was shown.
    expect(remembered).toBeGreaterThan(1000)
  }, 60_000)

  type CountingAuthorizer = Pick<Authorizer, "authorize"> & { signaturesChecked(): number }
  interface World {
    clock: number
    published: readonly IssuerKey[]
    down: boolean
  }

  function authorizerIn(world: World, memo: Partial<MemoLimits>): CountingAuthorizer {
    let checked = 0
    const deferred: Promise<void>[] = []
    const load = (): KeySetLoad =>
      world.down
        ? { ok: false, reason: "keys_unreachable", detail: "down" }
        : { ...loadOf(...world.published), fetchedAt: world.clock }
    const ports: Ports = {
      now: () => world.clock,
      loadKeySet: async () => load(),
      defer: (work) => void deferred.push(work),
      signatures: {
        importKey: webCryptoSignatures.importKey,
        verify(...question) {
          checked++
          return webCryptoSignatures.verify(...question)
        },
      },
    }
    const { authorize } = createAuthorizer({ ...policy(routes), memo }, ports)
    return {
      async authorize(request) {
        const decision = await authorize(request)
        await Promise.all(deferred.splice(0))
        return decision
      },
      signaturesChecked: () => checked,
    }
  }
})

test("no token that is remembered shows in a heap snapshot", async () => {
  const script = fileURLToPath(new URL("../support/heap-with-memo.ts", import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script])
  expect(JSON.parse(stdout)).toEqual({ remembered: true, claimShows: true, tokenShows: false })
})
