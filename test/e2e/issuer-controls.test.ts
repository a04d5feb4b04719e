import { decodeJwt, decodeProtectedHeader } from "jose"
import * as client from "openid-client"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { discoverClient } from "../../dev/flows/client.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"

// The issuer's ways to fail and to change while it runs.
let issuer: LocalIssuer

beforeAll(async () => {
  issuer = await startIssuer()
})
afterEach(() => {
  issuer.behaveAs("well")
  issuer.skewClock(0)
  issuer.issueTokensAs("auth0")
})
afterAll(() => issuer.close())

const orders = { audience: "https://api.example.com", scope: "read:orders" }
const endpoints = [".well-known/openid-configuration", ".well-known/jwks.json", "userinfo"]

describe("behaviour", () => {
  test.each(endpoints)("down: %s is answered by nobody, until it is well again", async (path) => {
    issuer.behaveAs("down")
    await expect(fetch(issuer.issuer + path)).rejects.toThrow("fetch failed")
    issuer.behaveAs("well")
    expect((await fetch(issuer.issuer + path)).headers.get("content-type")).toMatch(/json/)
  })

  test.each(endpoints)("garbage: %s is a page that is no JSON", async (path) => {
    issuer.behaveAs("garbage")
    const response = await fetch(issuer.issuer + path)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test("slow: the answer is the same, and comes after one who waits less has given up", async () => {
    issuer.behaveAs("slow")
    const ends: string[] = []
    const patient = fetch(`${issuer.issuer}.well-known/jwks.json`).then((response) => {
      ends.push("answered")
      return response.json() as Promise<{ keys: { kid: string }[] }>
    })
    const hasty = fetch(`${issuer.issuer}.well-known/jwks.json`, { signal: AbortSignal.timeout(1_000) })
    await expect(hasty.finally(() => ends.push("given up"))).rejects.toThrow("timeout")
    const { keys } = await patient
    expect(ends).toEqual(["given up", "answered"])
    expect(keys.map(({ kid }) => kid)).toEqual(issuer.keys.map(({ kid }) => kid))
  })

  test("the key set is counted however the issuer behaves", async () => {
    const before = issuer.keySetFetches
    issuer.behaveAs("garbage")
    await fetch(`${issuer.issuer}.well-known/jwks.json`)
    issuer.behaveAs("down")
    await fetch(`${issuer.issuer}.well-known/jwks.json`).catch(() => {})
    // A connection that is cut may be tried anew.
    expect(issuer.keySetFetches).toBeGreaterThanOrEqual(before + 2)
  })
})

test("a listener of one's own answers for the key set, however the issuer behaves", async () => {
  issuer.behaveAs("down")
  issuer.answerKeysWith((_request, response) => response.writeHead(429).end())
  try {
    expect((await fetch(`${issuer.issuer}.well-known/jwks.json`)).status).toBe(429)
    await expect(fetch(`${issuer.issuer}userinfo`)).rejects.toThrow("fetch failed")
  } finally {
    issuer.answerKeysWith(null)
  }
  await expect(fetch(`${issuer.issuer}.well-known/jwks.json`)).rejects.toThrow("fetch failed")
})

test("each change is told to whoever watches, and can be read by then", async () => {
  const watched = await startIssuer()
  try {
    const seen: unknown[] = []
    watched.watch(() => {
      const { behaviour, clockSkewSeconds, tokenProfile, keys, keySetFetches } = watched
      seen.push({ behaviour, clockSkewSeconds, tokenProfile, keys: keys.length, keySetFetches })
    })
    watched.behaveAs("garbage")
    watched.skewClock(-5)
    watched.issueTokensAs("rfc9068")
    await watched.rotate()
    watched.withdraw(String(watched.keys[1]?.kid))
    await fetch(`${watched.issuer}.well-known/jwks.json`)
    const changed = { behaviour: "garbage", clockSkewSeconds: -5, tokenProfile: "rfc9068", keys: 1, keySetFetches: 0 }
    expect(seen).toEqual([
      { ...changed, clockSkewSeconds: 0, tokenProfile: "auth0" },
      { ...changed, tokenProfile: "auth0" },
      changed,
      { ...changed, keys: 2 },
      changed,
      { ...changed, keySetFetches: 1 },
    ])
  } finally {
    await watched.close()
  }
})

describe("clock", () => {
  test.each([3600, -3600])("%d seconds ahead: in the Date of answers and in access tokens", async (skew) => {
    issuer.skewClock(skew)
    const { headers } = await fetch(`${issuer.issuer}.well-known/jwks.json`)
    const { iat = 0, exp = 0 } = decodeJwt(await machineToken())
    const now = Date.now() / 1000
    for (const time of [Date.parse(String(headers.get("date"))) / 1000, iat]) {
      expect(time - now).toBeGreaterThan(skew - 60)
      expect(time - now).toBeLessThan(skew + 60)
    }
    expect(exp - iat).toBe(86_400)
  })
})

test("the profile of access tokens can be changed", async () => {
  expect(decodeProtectedHeader(await machineToken()).typ).toBe("JWT")
  issuer.issueTokensAs("rfc9068")
  const token = await machineToken()
  expect(decodeProtectedHeader(token).typ).toBe("at+jwt")
  expect(decodeJwt(token)).toMatchObject({ client_id: "m2m", jti: expect.any(String) })
})

test("keys are told in the order in which they are published, the signing one first", async () => {
  const [first] = issuer.keys
  const kid = await issuer.rotate("ES256")
  expect(issuer.keys).toEqual([{ kid, alg: "ES256" }, first])
  expect(decodeProtectedHeader(await machineToken()).kid).toBe(kid)
})

test("a refresh token outlives changes of keys, profile and clock, and keeps its organization", async () => {
  const legacy = await discoverClient(issuer, "legacy")
  const { refresh_token = "" } = await client.genericGrantRequest(legacy, "password", {
    ...orders,
    username: "alice",
    password: "wonderland",
    scope: "openid offline_access read:orders",
    organization: "org_acme",
  })
  await issuer.rotate()
  issuer.issueTokensAs("rfc9068")
  issuer.skewClock(60)
  const { access_token } = await client.refreshTokenGrant(legacy, refresh_token)
  expect(decodeJwt(access_token)).toMatchObject({ sub: "auth0|alice", client_id: "legacy", org_id: "org_acme" })
})

async function machineToken(): Promise<string> {
  return (await client.clientCredentialsGrant(await discoverClient(issuer, "m2m"), orders)).access_token
}
