import { describe, expect, test } from "vitest"
import {
  type ConfigInput,
  createAuthorizer,
  type Decision,
  errorAnswer,
  type KeySetLoad,
  type Ports,
  parseConfig,
  type Reason,
  reasons,
} from "../../core/index.ts"
import { makeKey } from "../support/signing-issuer.ts"
import { keys, loadOf, nowSeconds as now, policy, standingPorts, tokenOf } from "./standing-issuer.ts"

const unpublished = makeKey("rsa", { kid: "unpublished" })
const secret = "a-claim-that-is-nobodys-business"
const tokenWith = (claims: object = {}, header: object = {}, key = keys.rsa) =>
  tokenOf({ secret, ...claims }, header, key)

const routes: NonNullable<ConfigInput["routes"]> = [
  { path: "/any" },
  { path: "/public", access: "public" },
  { path: "/scoped", scopes: ["write:orders"], anyScope: ["a", "b"] },
  { path: "/permitted", permissions: ["write:orders"] },
  { path: "/organised", organization: "org_hatters" },
  { path: "/recent", stepUp: { acr: ["mfa"], maxAgeSeconds: 60 } },
]

interface Case {
  readonly token?: string
  readonly authorization?: (token: string) => string
  readonly path?: string
  readonly load?: KeySetLoad
}

/** One request for each reason. */
const cases: Record<Reason, Case> = {
  path_ambiguous: { path: "/any/../public" },
  route_unknown: { path: "/other" },
  credentials_missing: { authorization: (token) => token },
  credentials_malformed: { authorization: (token) => `Bearer ${token} x` },
  credentials_multiple: { authorization: (token) => `Bearer ${token}, Bearer ${token}` },
  token_too_large: { token: tokenWith({ pad: "x".repeat(16_384) }) },
  token_malformed: { authorization: (token) => `Bearer ${token}=` },
  token_type: { token: tokenWith({ nonce: "n" }) },
  critical_header: { token: tokenWith({}, { crit: ["x"] }) },
  algorithm_not_allowed: { token: tokenWith({}, { alg: "PS256" }) },
  issuer_untrusted: { token: tokenWith({ iss: "https://tenant.example" }) },
  key_unknown: { token: tokenWith({}, {}, unpublished) },
  signature_invalid: { token: tokenWith({}, { kid: "rsa" }, unpublished) },
  token_expired: { token: tokenWith({ exp: now - 60 }) },
  token_not_yet_valid: { token: tokenWith({ nbf: now + 60 }) },
  token_lifetime: { token: tokenWith({ exp: now + 7200 }) },
  audience_mismatch: { token: tokenWith({ aud: "https://other.example" }) },
  claim_missing: { token: tokenWith({ sub: undefined }) },
  claim_invalid: { token: tokenWith({ exp: `${now}` }) },
  binding_missing: { token: tokenWith({ cnf: { jkt: secret } }) },
  scope_insufficient: { path: "/scoped" },
  permission_insufficient: { path: "/permitted" },
  requirement_unmet: { path: "/organised", token: tokenWith({ org_id: secret }) },
  authentication_insufficient: { path: "/recent", token: tokenWith({ acr: secret }) },
  keys_unreachable: { load: { ok: false, reason: "keys_unreachable", detail: "down" } },
  keys_invalid: { load: { ok: false, reason: "keys_invalid", detail: "no JSON" } },
}

const config = parseConfig(policy(routes, { maximumLifetimeSeconds: 3600 }))

async function decide({ token = tokenWith(), authorization, path = "/any", load }: Case): Promise<Decision> {
  const { authorize } = createAuthorizer(config, standingPorts(load ?? loadOf(keys.rsa)))
  return authorize({ method: "GET", path, headers: { authorization: authorization?.(token) ?? `Bearer ${token}` } })
}

describe.each(Object.entries(cases))("%s", (reason, example) => {
  test("is what it is decided for, in JSON that tells all and gives nothing away", async () => {
    const decision = await decide(example)
    expect(decision).toMatchObject({ reason })
    if (decision.outcome === "allow") throw new Error("allowed")
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision)

    const { token = tokenWith() } = example
    for (const text of [JSON.stringify(decision), JSON.stringify(errorAnswer(decision, config.challenge))]) {
      for (const part of token.split(".")) expect(text.includes(part)).toBe(false)
      for (const value of [secret, "auth0|alice", "unpublished", String(keys.rsa.jwk.n)])
        expect(text).not.toContain(value)
    }
  })

  test("ends the checks, and it alone did not pass", async () => {
    const decision = await decide(example)
    expect(decision.checks.map(({ passed }) => passed)).toEqual([...decision.checks.slice(1).map(() => true), false])
    expect(decision.rule).toBe(["path_ambiguous", "route_unknown"].includes(reason) ? null : (example.path ?? "/any"))
  })

  test("meets a client in the letters that RFC 6750 §3 allows, and is not stored", async () => {
    const decision = await decide(example)
    if (decision.outcome === "allow") throw new Error("allowed")
    const { status, headers, body } = errorAnswer(decision, config.challenge)
    expect(headers["cache-control"]).toBe("no-store")
    expect(body).toMatchObject({ status, reason, type: "about:blank" })
    const row = reasons[reason as Reason]
    expect(status).toBe(row.status)
    expect(headers["www-authenticate"] !== undefined).toBe(status === 401 || row.error !== null)
    if (headers["www-authenticate"])
      expect(headers["www-authenticate"]).toMatch(/^Bearer [a-z_]+="[^"\\]*"(?:, [a-z_]+="[^"\\]*")*$/)
    expect(row.text).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(headers["retry-after"]).toBe(decision.outcome === "fault" ? "1" : undefined)
  })
})

test("what is allowed is JSON too, and holds the claims but not the token", async () => {
  const token = tokenWith({ roles: ["a"], nested: { a: null } })
  const decision = await decide({ token })
  expect(decision).toMatchObject({
    outcome: "allow",
    rule: "/any",
    path: "/any",
    principal: { subject: "auth0|alice" },
  })
  const text = JSON.stringify(decision)
  expect(JSON.parse(text)).toEqual(decision)
  for (const part of token.split(".")) expect(text).not.toContain(part)
})

test("a public route asks nobody who they are, and looks at no token", async () => {
  for (const authorization of [() => "", () => "Bearer x", (token: string) => `Bearer ${token}`])
    expect(await decide({ path: "/public", authorization })).toMatchObject({ outcome: "allow", principal: null })
})

test("the steps come in one order, the cheap ones first", async () => {
  const { checks } = await decide({})
  expect(checks.map(({ step }) => step)).toEqual([
    ...["path", "route", "credentials", "token", "issuer", "keys", "signature", "claims", "binding", "requirements"],
  ])
})

test("nothing is fetched for what can be decided without keys", async () => {
  const needed = new Set<string>()
  for (const [reason, example] of Object.entries(cases)) {
    const ports = standingPorts(example.load ?? loadOf(keys.rsa))
    const loadKeySet: Ports["loadKeySet"] = async (...asked) => {
      needed.add(reason)
      return ports.loadKeySet(...asked)
    }
    const { authorize } = createAuthorizer(config, { ...ports, loadKeySet })
    const { token = tokenWith(), authorization, path = "/any" } = example
    await authorize({ method: "GET", path, headers: { authorization: authorization?.(token) ?? `Bearer ${token}` } })
  }
  const order = Object.keys(reasons)
  // A token's header and issuer are looked at before; its claims mean nothing before its signature holds.
  expect([...needed].sort((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual([
    "token_type",
    ...order.slice(order.indexOf("key_unknown")),
  ])
})

test("a challenge names the scopes that would have been enough, the realm and where to learn more", async () => {
  const decision = await decide({ path: "/scoped" })
  if (decision.outcome === "allow") throw new Error("allowed")
  const resourceMetadata = "https://api.example.com/.well-known/oauth-protected-resource"
  const { headers } = errorAnswer(decision, { realm: "orders", resourceMetadata })
  expect(headers["www-authenticate"]).toBe(
    'Bearer realm="orders", error="insufficient_scope", error_description="The access token lacks a scope that is required", ' +
      `scope="write:orders a", resource_metadata="${resourceMetadata}"`,
  )
})
