import { request, type ServerResponse } from "node:http"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { type ApiRequest, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"
import type { RawAnswer } from "../support/raw-http.ts"
import { type IssuerKey, makeKey } from "../support/signing-issuer.ts"

const jwksPath = "/.well-known/jwks.json"
const discoveryPath = "/.well-known/openid-configuration"

// Each has keys of its own: a test begins cold with a policy that no other test has used.
const profiles = ["auth0", "oidc"] as const
const patient = ["at-once-auth0", "at-once-oidc", "hang-up-auth0", "hang-up-oidc", "cold-flood", "flood", "rotation"]
const hasty = ["outage", "rotation-after-flood", "withdrawal", "warm-outage"]

let api: GuardedApi
let firstKey: IssuerKey

beforeAll(async () => {
  api = await startGuardedApi((issuer) => {
    const policy = (name: string, keys: Record<string, number>): [string, ConfigInput] => {
      const profile = profiles.find((profile) => name.endsWith(profile)) ?? "auth0"
      const routes = [{ path: "/health", access: "public" }, { path: "/**" }] as const
      return [name, { issuers: [{ ...issuer, profile, keys }], routes }]
    }
    return Object.fromEntries([
      ...patient.map((name) => policy(name, { unknownKeyCoolDownSeconds: 3600, retryAfterSeconds: 300 })),
      ...hasty.map((name) => policy(name, { unknownKeyCoolDownSeconds: 1, retryAfterSeconds: 1 })),
      policy("long-outage", { retryAfterSeconds: 300 }),
    ])
  })
  firstKey = api.issuer.keys[0] as IssuerKey
})
afterEach(() => {
  api.issuer.answer = null
  api.issuer.keys = [firstKey]
})
afterAll(() => api?.close())

describe.each(profiles)("100 requests at once on a cold start, under the profile %s", (profile) => {
  const documents = profile === "oidc" ? [discoveryPath, jwksPath] : [jwksPath]

  test("fetch the keys once", async () => {
    const policy = `at-once-${profile}`
    const asked = requestsOf(() => api.issuer.requests.length)
    const { firstRequest, release } = holdKeys()
    const answers = burst(100, () => ({ policy }))
    await firstRequest
    await settle(policy)
    release()
    expect(statuses(await answers)).toEqual({ 200: 100 })
    expect(api.issuer.requests.slice(-asked())).toEqual(documents)
  })

  test("fetch the keys once, also when the first client hangs up midway", async () => {
    const policy = `hang-up-${profile}`
    const asked = requestsOf(() => api.issuer.requests.length)
    const { firstRequest, release } = holdKeys()
    const [hostname, port] = api.worker.host.split(":")
    const headers = { host: `${policy}.test`, authorization: `Bearer ${api.token()}` }
    const first = request({ hostname, port, path: "/orders", headers, agent: false }).end()
    first.on("error", () => {})
    await firstRequest
    first.destroy()
    await new Promise((resolve) => first.once("close", resolve))
    await settle(policy)

    const answers = burst(99, () => ({ policy }))
    await settle(policy)
    release()
    expect(statuses(await answers)).toEqual({ 200: 99 })
    expect(api.issuer.requests.slice(-asked())).toEqual(documents)
  })
})

describe("tokens with unknown key ids", () => {
  const stranger = makeKey("rsa", {})
  const unknown = (policy: string) => (): ApiRequest => ({
    policy,
    token: api.token({}, { ...stranger, jwk: { kid: crypto.randomUUID() } }),
  })

  test("by the hundred, on a cold start, cause one fetch beside the first", async () => {
    const asked = requestsOf(() => api.issuer.requests.length)
    expect(reasons(await burst(100, unknown("cold-flood")))).toEqual({ key_unknown: 100 })
    expect(asked()).toBeLessThanOrEqual(2)
  })

  test("by the hundred, cause one fetch in all of the cool-down, and good tokens pass meanwhile", async () => {
    const policy = "flood"
    expect((await api.send({ policy })).status).toBe(200)
    const asked = requestsOf(() => api.issuer.requests.length)
    for (let round = 0; round < 3; round++) {
      const [refused, allowed] = await Promise.all([burst(50, unknown(policy)), burst(10, () => ({ policy }))])
      expect(reasons(refused)).toEqual({ key_unknown: 50 })
      expect(statuses(allowed)).toEqual({ 200: 10 })
    }
    expect(asked()).toBe(1)
  })
})

describe("a key that is rotated in", () => {
  const secondKey = makeKey("rsa", { kid: "second", alg: "RS256" })

  test("is accepted with its first token", async () => {
    const policy = "rotation"
    expect((await api.send({ policy })).status).toBe(200)
    const asked = requestsOf(() => api.issuer.requests.length)
    api.issuer.keys = [secondKey, firstKey]
    expect((await api.send({ policy, token: api.token({}, secondKey) })).status).toBe(200)
    expect((await api.send({ policy })).status).toBe(200)
    expect(asked()).toBe(1)
  })

  test("is accepted within two seconds, though unknown keys kept the guard busy", async () => {
    const policy = "rotation-after-flood"
    const stranger = makeKey("rsa", { kid: "stranger" })
    expect((await api.send({ policy })).status).toBe(200)
    expect((await api.send({ policy, token: api.token({}, stranger) })).status).toBe(401)
    api.issuer.keys = [secondKey, firstKey]
    const send = async () => (await api.send({ policy, token: api.token({}, secondKey) })).status
    await expect.poll(send, { timeout: 2000, interval: 50 }).toBe(200)
  })

  test("puts an end to the key that it replaces, once that is withdrawn", async () => {
    const policy = "withdrawal"
    expect((await api.send({ policy })).status).toBe(200)
    api.issuer.keys = [secondKey]
    expect((await api.send({ policy, token: api.token({}, secondKey) })).status).toBe(200)
    expect(reasons([await api.send({ policy })])).toEqual({ key_unknown: 1 })
  })
})

describe("while the issuer is down", () => {
  const goDown = () => {
    api.issuer.answer = (incoming) => void incoming.destroy()
  }

  test("nobody gets in, all are told when to ask again, and it ends by itself", async () => {
    const policy = "outage"
    goDown()
    const before = api.origin.requests
    const answer = await api.send({ policy })
    expect(answer).toMatchObject({
      status: 503,
      headers: { "retry-after": "1", "content-type": "application/problem+json" },
    })
    expect(JSON.parse(answer.body)).toMatchObject({ reason: "keys_unreachable" })
    expect(answer.headers).not.toHaveProperty("www-authenticate")
    expect(api.origin.requests).toBe(before)
    // What can be said without keys is said all the same.
    expect((await api.send({ policy, token: null })).status).toBe(401)
    expect((await api.send({ policy, target: "/health", token: null })).status).toBe(200)

    api.issuer.answer = null
    const send = async () => (await api.send({ policy })).status
    await expect.poll(send, { timeout: 3000, interval: 50 }).toBe(200)
  })

  test("it is left alone until it is time to ask again", async () => {
    goDown()
    const asked = requestsOf(() => api.issuer.requests.length)
    for (let round = 0; round < 3; round++)
      expect(statuses(await burst(20, () => ({ policy: "long-outage" })))).toEqual({ 503: 20 })
    expect(asked()).toBe(1)
  })

  test("known keys serve, and whether another key is genuine can't be told", async () => {
    const policy = "warm-outage"
    expect((await api.send({ policy })).status).toBe(200)
    goDown()
    expect((await api.send({ policy })).status).toBe(200)
    const other = makeKey("rsa", { kid: "other" })
    expect(reasons([await api.send({ policy, token: api.token({}, other) })])).toEqual({ keys_unreachable: 1 })
    expect((await api.send({ policy })).status).toBe(200)
  })
})

/** Counts what is asked from here on. */
function requestsOf(total: () => number): () => number {
  const before = total()
  return () => total() - before
}

/** Has the issuer hold its key set back until it is released. */
function holdKeys(): { firstRequest: Promise<void>; release(): void } {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const send = (response: ServerResponse, document: object) => void response.end(JSON.stringify(document))
  api.issuer.answer = async (incoming, response) => {
    if (incoming.url === discoveryPath)
      return send(response, { issuer: api.issuer.issuer, jwks_uri: api.issuer.jwksUri })
    arrived.resolve()
    await released.promise
    send(response, { keys: [firstKey.jwk] })
  }
  return { firstRequest: arrived.promise, release: released.resolve }
}

function burst(count: number, next: () => ApiRequest): Promise<RawAnswer[]> {
  return Promise.all(Array.from({ length: count }, () => api.send(next())))
}

/** Resolves when the Worker has begun with all that was sent before: these come after it, and need nothing of the issuer. */
async function settle(policy: string): Promise<void> {
  for (let round = 0; round < 2; round++) await burst(50, () => ({ policy, target: "/health", token: null }))
}

function tally(values: readonly (string | number)[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, list]) => [value, list.length]))
}

const statuses = (answers: readonly RawAnswer[]) => tally(answers.map(({ status }) => status))
const reasons = (answers: readonly RawAnswer[]) => tally(answers.map(({ body }) => JSON.parse(body).reason))
