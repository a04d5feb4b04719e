import { describe, expect, test } from "vitest"
import { type ConfigInput, createAuthorizer, type Decision, type KeySetLoad, parseConfig } from "../../core/index.ts"
import { makeKey } from "../support/signing-issuer.ts"
import { keys, loadOf, nowSeconds as now, policy, standingPorts, tokenOf } from "./standing-issuer.ts"

/** As they are to be enforced one day. */
const rules: NonNullable<ConfigInput["routes"]> = [
  { path: "/any" },
  { path: "/scoped", scopes: ["write:orders"] },
  { path: "/own/:id", where: { "params.id": { equals: { claim: "sub" } } } },
  { path: "/recent", stepUp: { acr: ["mfa"], maxAgeSeconds: 60 } },
]
const stranger = makeKey("rsa", { kid: "stranger" })
const reporting = rules.map((rule) => ({ ...rule, report: true }))

interface Request {
  readonly path?: string
  readonly authorization?: string
  readonly load?: KeySetLoad
}

function decide(routes: ConfigInput["routes"], { path = "/any", load, ...request }: Request): Promise<Decision> {
  const { authorization = `Bearer ${tokenOf()}` } = request
  const { authorize } = createAuthorizer(parseConfig(policy(routes)), standingPorts(load ?? loadOf(keys.rsa)))
  return authorize({ method: "GET", path, query: "", headers: { authorization } })
}

describe("what would not be allowed is let through as from nobody, and said", () => {
  test.each<[reason: string, request: Request]>([
    ["credentials_missing", { authorization: "" }],
    ["credentials_malformed", { authorization: "Bearer a b" }],
    ["credentials_multiple", { authorization: `Bearer ${tokenOf()}, Bearer ${tokenOf()}` }],
    ["token_malformed", { authorization: "Bearer x" }],
    ["token_expired", { authorization: `Bearer ${tokenOf({ iat: now - 600, exp: now - 60 })}` }],
    ["signature_invalid", { authorization: `Bearer ${tokenOf({}, { kid: "rsa" }, stranger)}` }],
    ["binding_missing", { authorization: `Bearer ${tokenOf({ cnf: { jkt: "x" } })}` }],
    ["scope_insufficient", { path: "/scoped" }],
    ["requirement_unmet", { path: "/own/bob" }],
    ["authentication_insufficient", { path: "/recent" }],
    ["keys_unreachable", { load: { ok: false, reason: "keys_unreachable", detail: "down" } }],
    ["keys_invalid", { load: { ok: false, reason: "keys_invalid", detail: "no JSON" } }],
  ])("%s", async (reason, request) => {
    const { at, rule, checks, ...would } = await decide(rules, request)
    const decision = await decide(reporting, request)
    expect(would).toMatchObject({ reason })
    expect(decision).toEqual({
      outcome: "allow",
      at,
      rule,
      checks,
      path: request.path ?? "/any",
      principal: null,
      reported: would,
    })
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision)
  })
})

test("what is allowed is allowed, with its caller, and nothing is reported", async () => {
  for (const request of [{}, { path: "/own/auth0%7Calice" }]) {
    const decision = await decide(reporting, request)
    expect(decision).toEqual(await decide(rules, request))
    expect(decision).toMatchObject({ outcome: "allow", principal: { subject: "auth0|alice" } })
    expect(decision).not.toHaveProperty("reported")
  }
})

test("what comes before the rule is enforced", async () => {
  expect(await decide(reporting, { path: "/own/../any" })).toMatchObject({
    outcome: "refuse",
    reason: "path_ambiguous",
  })
  expect(await decide(reporting, { path: "/own/a%2Fb" })).toMatchObject({ outcome: "refuse", reason: "path_ambiguous" })
  expect(await decide(reporting, { path: "/elsewhere" })).toMatchObject({ outcome: "refuse", reason: "route_unknown" })
})

test("a rule that reports says nothing of the rules beside it", async () => {
  const routes = [
    { path: "/any", report: true },
    { path: "/any/below", scopes: ["x"] },
  ]
  expect(await decide(routes, { path: "/any/below" })).toMatchObject({
    outcome: "refuse",
    reason: "scope_insufficient",
  })
})
