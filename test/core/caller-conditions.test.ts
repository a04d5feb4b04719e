import { describe, expect, test } from "vitest"
import type { RequirementInput } from "../../core/index.ts"
import { lackOf, outcomeOf } from "./asking.ts"
import { audience, issuer } from "./standing-issuer.ts"

type Row = readonly [name: string, requirement: RequirementInput, claims: object, outcome: string]

describe("refused grant types", () => {
  const noPassword = { refusedGrantTypes: ["password", "http://auth0.com/oauth/grant-type/password-realm"] }
  test.each<Row>([
    ["another", noPassword, { gty: "client-credentials" }, "met"],
    ["others", noPassword, { gty: ["authorization_code", "refresh_token"] }, "met"],
    ["none said", noPassword, {}, "met"],
    ["a longer one", noPassword, { gty: "password-realm" }, "met"],
    ["an empty list", noPassword, { gty: [] }, "met"],
    ["it", noPassword, { gty: "password" }, "requirement_unmet"],
    ["it by its long name", noPassword, { gty: noPassword.refusedGrantTypes[1] }, "requirement_unmet"],
    ["it among others", noPassword, { gty: ["refresh_token", "password"] }, "requirement_unmet"],
    ["it in a list in a list", noPassword, { gty: [["password"]] }, "requirement_unmet"],
    ["it in an object", noPassword, { gty: { password: true } }, "requirement_unmet"],
    ["null", noPassword, { gty: null }, "requirement_unmet"],
    ["a number", noPassword, { gty: ["refresh_token", 7] }, "requirement_unmet"],
  ])("%s", (_name, requirement, claims, outcome) => {
    expect(outcomeOf(requirement, { claims })).toBe(outcome)
  })
})

describe("an organisation", () => {
  test.each<Row>([
    ["the one", { organization: "org_a" }, { org_id: "org_a" }, "met"],
    ["one of some", { organization: ["org_a", "org_b"] }, { org_id: "org_b" }, "met"],
    ["any", { organization: true }, { org_id: "org_x" }, "met"],
    ["another", { organization: "org_a" }, { org_id: "org_b" }, "requirement_unmet"],
    ["another case", { organization: "org_a" }, { org_id: "ORG_A" }, "requirement_unmet"],
    ["a list of one", { organization: "org_a" }, { org_id: ["org_a"] }, "requirement_unmet"],
    ["its name", { organization: "org_a" }, { org_name: "org_a" }, "requirement_unmet"],
    ["none", { organization: "org_a" }, {}, "requirement_unmet"],
    ["none, where any will do", { organization: true }, {}, "requirement_unmet"],
    ["an empty one, where any will do", { organization: true }, { org_id: "" }, "requirement_unmet"],
    ["true, where any will do", { organization: true }, { org_id: true }, "requirement_unmet"],
    ["null, where any will do", { organization: true }, { org_id: null }, "requirement_unmet"],
    ["a list, where any will do", { organization: true }, { org_id: ["org_a"] }, "requirement_unmet"],
  ])("%s", (_name, requirement, claims, outcome) => {
    expect(outcomeOf(requirement, { claims })).toBe(outcome)
  })
})

describe("issuers and an audience of a rule's own", () => {
  const other = { issuer: "https://other.example/", audiences: ["https://other.example/api"] }
  const ours = { audiences: [audience, "https://admin.example.com"] }
  const ask = (requirement: RequirementInput, claims: object) =>
    outcomeOf(requirement, { claims, issuer: ours, otherIssuers: [other] })

  test.each<Row>([
    ["the audience", { audience: "https://admin.example.com" }, { aud: "https://admin.example.com" }, "met"],
    [
      "among others",
      { audience: "https://admin.example.com" },
      { aud: [audience, "https://admin.example.com"] },
      "met",
    ],
    ["another of ours", { audience: "https://admin.example.com" }, {}, "audience_mismatch"],
    [
      "a longer one",
      { audience: "https://admin.example.com" },
      { aud: [audience, "https://admin.example.com/"] },
      "audience_mismatch",
    ],
    ["the issuer", { issuers: [issuer] }, {}, "met"],
    ["one of some", { issuers: [other.issuer, issuer] }, {}, "met"],
    ["another of ours", { issuers: [other.issuer] }, {}, "issuer_untrusted"],
    ["the other issuer", { issuers: [other.issuer] }, { iss: other.issuer, aud: other.audiences }, "met"],
    // Only the first issuer is believed for this audience, whatever the other one writes into its tokens.
    [
      "the audience of one issuer in a token of another",
      { audience: "https://admin.example.com" },
      { iss: other.issuer, aud: [...other.audiences, "https://admin.example.com"] },
      "audience_mismatch",
    ],
  ])("%s", (_name, requirement, claims, outcome) => {
    expect(ask(requirement, claims)).toBe(outcome)
  })
})

test("a refusal names what is asked, and nothing of the token", () => {
  const secret = "a-claim-that-is-nobodys-business"
  const claims = { org_id: secret, gty: secret, plan: secret, sub: secret, roles: [secret] }
  const asked = { claims, pattern: "/:id", path: `/${secret}2`, query: `a=${secret}`, headers: { "x-a": secret } }
  const facts = (requirement: RequirementInput) => {
    const lack = lackOf(requirement, asked)
    expect(JSON.stringify(lack)).not.toContain(secret)
    return lack?.facts
  }
  expect(facts({ principal: "machine" })).toEqual({ unmet: "principal is a machine" })
  expect(facts({ organization: ["org_a", "org_b"] })).toEqual({ unmet: 'organization (org_id) is "org_a" or "org_b"' })
  expect(facts({ claims: { plan: { oneOf: ["gold", 7] } } })).toEqual({ unmet: 'claims.plan is one of "gold", 7' })
  expect(facts({ claims: { roles: { containsAll: ["a", "b"] } } })).toEqual({
    unmet: 'claims.roles contains all of "a", "b"',
  })
  expect(facts({ claims: { plan: { exists: false } } })).toEqual({ unmet: "claims.plan does not exist" })
  expect(facts({ where: { "params.id": { equals: { claim: "sub" } } } })).toEqual({
    unmet: "params.id equals the claim sub",
  })
  expect(facts({ where: { "query.a": { equals: "x" } } })).toEqual({ unmet: 'query.a equals "x"' })
  expect(facts({ where: { "headers.x-a": { oneOf: { claim: "roles" }, exists: false } } })).toEqual({
    unmet: "headers.x-a does not exist",
  })
})
