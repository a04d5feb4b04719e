import { describe, expect, test } from "vitest"
import { sendRaw } from "../support/raw-http.ts"
import { edgeNames } from "./edge.ts"
import { askUntil, goDown, startStand, tally, times } from "./stand.ts"
import { makeTenantKey } from "./tenant.ts"
import type { WorkerEdge } from "./worker-edge.ts"

const otherKey = makeTenantKey("other")

describe.concurrent.each(edgeNames)("%s: while the issuer is down", (edge) => {
  test("nobody gets in who needs keys, and it ends by itself", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { retryAfterSeconds: 1 } })
    goDown(stand.issuer)
    expect(await stand.ask()).toEqual({ allowed: false, reason: "keys_unreachable", status: 503 })
    // What can be said without keys is said all the same.
    expect(await stand.ask(null)).toMatchObject({ reason: "credentials_missing" })
    expect(await stand.ask(null, "/health")).toMatchObject({ allowed: true })
    stand.issuer.answer = null
    await askUntil(stand.ask, (answer) => answer.allowed)
  })

  test("it is left alone until it is time to ask again", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { retryAfterSeconds: 300 } })
    goDown(stand.issuer)
    for (let round = 0; round < 3; round++)
      expect(tally(await times(20, () => stand.ask()))).toEqual({ keys_unreachable: 20 })
    expect(stand.fetches()).toBe(1)
  })

  test("known keys serve, and whether another key is genuine can't be told", async ({ expect }) => {
    await using stand = await startStand(edge)
    expect(await stand.ask()).toMatchObject({ allowed: true })
    goDown(stand.issuer)
    expect(await stand.ask()).toMatchObject({ allowed: true })
    expect(await stand.ask(stand.token(otherKey))).toMatchObject({ reason: "keys_unreachable" })
    expect(await stand.ask()).toMatchObject({ allowed: true })
  })

  test("keys that are stale serve without delay, once the issuer was found to be down", async ({ expect }) => {
    const keys = { refreshAfterSeconds: 1, staleAfterSeconds: 1, retryAfterSeconds: 1, refreshDeadlineMilliseconds: 50 }
    await using stand = await startStand(edge, { keys: { ...keys, fetchTimeoutSeconds: 10 } })
    expect(await stand.ask()).toMatchObject({ allowed: true })
    goDown(stand.issuer)
    await askUntil(stand.ask, () => stand.fetches() === 2)
    // From here on it does not even hang up. That the next fetch is under way is nobody's concern.
    stand.issuer.answer = () => {}
    await askUntil(stand.ask, () => stand.fetches() === 3)
    expect(tally(await times(20, () => stand.ask()))).toEqual({ allowed: 20 })
    expect(stand.issuer.visits[2]?.endedAt).toBeNull()
  })
})

describe.concurrent.each(edgeNames)("%s: a key set with broken keys among good ones", (edge) => {
  const good = makeTenantKey("good")
  const broken = {
    "no object": 1,
    "without a type": { kid: "broken" },
    "of no known type": { kid: "broken", kty: "XYZ" },
    symmetric: { kid: "broken", kty: "oct", k: "c2VjcmV0" },
    "without half of its point": { ...good.jwk, kid: "broken", y: undefined },
    "with half of its point cut short": { ...good.jwk, kid: "broken", y: "AAAA" },
    "of a point that is not on its curve": { ...good.jwk, kid: "broken", y: good.jwk.x },
    "of a type that can't be put into words": { kid: "broken", kty: { toString: null } },
    "with its private half": { ...good.jwk, kid: "broken", d: good.jwk.x },
  }

  test("serves with the good ones, before it and after it", async ({ expect }) => {
    await using stand = await startStand(edge)
    const published = [good.jwk, ...Object.values(broken), stand.key.jwk]
    stand.issuer.answer = (_request, response) => void response.end(JSON.stringify({ keys: published }))
    expect(await stand.ask()).toMatchObject({ allowed: true })
    expect(await stand.ask(stand.token(good))).toMatchObject({ allowed: true })
    const named = { ...good, jwk: { ...good.jwk, kid: "broken" } }
    expect(await stand.ask(stand.token(named))).toMatchObject({ allowed: false })
    expect(await stand.ask()).toMatchObject({ allowed: true })
    await expect.poll(stand.logs).toMatch(/keys skipped/)
    for (const index of [1, 2, 3, 4, 5, 6]) expect(stand.logs()).toContain(`keys[${index}]`)
    for (const index of [0, published.length - 1]) expect(stand.logs()).not.toContain(`keys[${index}]`)
  })
})

test.concurrent.each(edgeNames)("%s reads a key set behind a byte order mark, as fetch would", async (edge) => {
  await using stand = await startStand(edge)
  stand.issuer.answer = (_request, response) => void response.end(`\ufeff${JSON.stringify({ keys: [stand.key.jwk] })}`)
  expect(await stand.ask()).toMatchObject({ allowed: true })
})

// API Gateway has no place for such a time.
test("a Worker says when to ask again", async () => {
  await using stand = await startStand("a Worker", { keys: { retryAfterSeconds: 7 } })
  goDown(stand.issuer)
  const { status, headers } = await sendRaw((stand.edge as WorkerEdge).host, {
    target: "/orders",
    headers: [
      ["Host", "main.test"],
      ["Authorization", `Bearer ${stand.token()}`],
    ],
  })
  expect(status).toBe(503)
  expect(headers).toMatchObject({ "retry-after": "7", "content-type": "application/problem+json" })
  expect(headers).not.toHaveProperty("www-authenticate")
})
