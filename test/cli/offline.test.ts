import { describe, expect, test } from "vitest"
import { type OfflineClaims, offlineAuthorizer } from "../../cli/caller/offline.ts"
import { type AlgorithmName, algorithms, type ConfigInput, type ProfileName, parseConfig } from "../../core/index.ts"
import { makeKey } from "../support/signing-issuer.ts"

const at = Date.parse("2026-01-15T09:00:00Z")
const hour = 3_600_000
const issuer = "https://issuer.example/"
const api = "https://api.example"
const first = { issuer, audiences: [api] }
const routes = [
  { path: "/public", access: "public" },
  { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
  { path: "/any" },
] as const

function offline(config: Partial<ConfigInput> = {}) {
  const { decide } = offlineAuthorizer(parseConfig({ issuers: [first], routes, ...config }))
  return async (path: string, claims: OfflineClaims | null, time = at, headers = {}) =>
    decide({ method: "GET", path, headers }, claims, time)
}

describe("claims that name only what matters", () => {
  const profiles: ProfileName[] = ["auth0", "rfc9068", "oidc"]
  const names = Object.keys(algorithms) as AlgorithmName[]
  test.each(names.flatMap((algorithm) => profiles.map((profile) => [algorithm, profile] as const)))(
    "become a token that passes every step: %s, %s",
    async (algorithm, profile) => {
      const decide = offline({ issuers: [{ ...first, profile, algorithms: [algorithm], maximumLifetimeSeconds: 60 }] })
      const decision = await decide("/orders", { scope: "read:orders" })
      expect(decision).toMatchObject({ outcome: "allow", at, principal: { issuer, subject: "someone" } })
      const steps = ["path", "route", "credentials", "token", "issuer", "keys", "signature", "claims", "binding"]
      expect(decision.checks.map(({ step }) => step)).toEqual([...steps, "requirements"])
      expect(decision.checks.find(({ step }) => step === "issuer")?.facts).toEqual({ issuer, algorithm })
    },
  )

  test("speak for a person, unless they say otherwise", async () => {
    const decide = offline({
      routes: [{ path: "/people", principal: "user" }],
      issuers: [{ ...first, profile: "rfc9068" }],
    })
    expect(await decide("/people", {})).toMatchObject({ outcome: "allow" })
    expect(await decide("/people", { gty: "client-credentials" })).toMatchObject({ reason: "requirement_unmet" })
  })
})

test.each<[string, OfflineClaims | null, string]>([
  ["no token", null, "credentials_missing"],
  ["an hour that is over", { exp: at / 1000 - 60 }, "token_expired"],
  ["another audience", { aud: "https://other.example" }, "audience_mismatch"],
  ["an issuer that the policy doesn't have", { iss: "https://other.example/" }, "issuer_untrusted"],
  ["no subject", { sub: undefined }, "claim_missing"],
  ["a subject that is null", { sub: null }, "claim_invalid"],
  ["what only an ID token has", { nonce: "n" }, "token_type"],
  ["nothing that makes it an access token", { client_id: undefined }, "token_type"],
  ["a key to prove", { cnf: { jkt: "x" } }, "binding_missing"],
  ["more than a token may hold", { text: "x".repeat(20_000) }, "token_too_large"],
  ["scopes that are none", { scope: 7 }, "claim_invalid"],
  ["too few scopes", { scope: "write:orders" }, "scope_insufficient"],
])("claims stay as they are, be they wrong: %s", async (_, claims, reason) => {
  expect(await offline()("/orders", claims)).toMatchObject({ outcome: "refuse", reason })
})

test("each decision is made at its own time, in any order and at once", async () => {
  const decide = offline()
  const claims = { iat: at / 1000, exp: at / 1000 + 3600 }
  const times = [at + 2 * hour, at, at - hour, at + 48 * hour, at, at - 48 * hour]
  const decisions = await Promise.all(times.map((time) => decide("/any", claims, time)))
  expect(decisions.map(({ at: time }) => time)).toEqual(times)
  expect(decisions.map((decision) => ("reason" in decision ? decision.reason : "allow"))).toEqual([
    "token_expired",
    "allow",
    "token_not_yet_valid",
    "token_expired",
    "allow",
    "token_not_yet_valid",
  ])
})

test("claims of another issuer are signed as its own are", async () => {
  const second = {
    issuer: "https://second.example/",
    audiences: ["second"],
    algorithms: ["ES384"],
    profile: "rfc9068",
  } as const
  const decide = offline({ issuers: [first, second] })
  const decision = await decide("/any", { iss: second.issuer })
  expect(decision).toMatchObject({ outcome: "allow", principal: { issuer: second.issuer, clientId: "some-client" } })
  expect(decision.checks.find(({ step }) => step === "issuer")?.facts).toMatchObject({ algorithm: "ES384" })
})

test("keys that are pinned count for nothing", async () => {
  const { jwk } = makeKey("rsa", { kid: "RSA", alg: "RS256" })
  const pinnedKeys = { issuers: [{ issuer, fetchedAt: at - 1000, keys: [jwk] }] }
  expect(await offline({ pinnedKeys })("/any", {})).toMatchObject({ outcome: "allow" })
})

test("without claims, an authorization header is sent as it stands", async () => {
  const decide = offline()
  const send = (authorization: string) => decide("/any", null, at, { authorization })
  expect(await send("Bearer a b")).toMatchObject({ reason: "credentials_malformed" })
  expect(await send("Bearer abc")).toMatchObject({ reason: "token_malformed" })
  // Of another process, which has another key.
  const token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IlJTQSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLyJ9.AAAA"
  expect(await send(`Bearer ${token}`)).toMatchObject({ reason: "signature_invalid" })
})
