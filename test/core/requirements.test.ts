import { describe, expect, test } from "vitest"
import type { ConfigInput, RequirementInput } from "../../core/index.ts"
import { lackOf, outcomeOf } from "./asking.ts"

describe("scopes and permissions", () => {
  test.each<[name: string, rule: RequirementInput, claims: object]>([
    ["nothing", {}, {}],
    ["all scopes, in any order", { scopes: ["a", "b"] }, { scope: "b c a" }],
    ["one of some scopes", { anyScope: ["a", "b"] }, { scope: "b" }],
    ["all permissions", { permissions: ["a", "b"] }, { permissions: ["b", "c", "a"] }],
    ["one of some permissions", { anyPermission: ["a", "b"] }, { permissions: ["b"] }],
    [
      "all of it",
      { scopes: ["a"], anyScope: ["b"], permissions: ["c"], anyPermission: ["d"] },
      { scope: "a b", permissions: ["c", "d"] },
    ],
    [
      "what the user may and what the client was given",
      { scopes: ["a"], permissions: ["a"] },
      { scope: "a", permissions: ["a"] },
    ],
  ])("are met: %s", (_name, rule, claims) => {
    expect(lackOf(rule, { claims })).toBeNull()
  })

  test.each<[name: string, rule: RequirementInput, claims: object, rejection: object]>([
    [
      "a scope that lacks names all that are asked for",
      { scopes: ["a", "b"] },
      { scope: "b" },
      { reason: "scope_insufficient", scope: ["a", "b"], facts: { missing: ["a"] } },
    ],
    [
      "none of some scopes names the first of them",
      { anyScope: ["a", "b"] },
      { scope: "c" },
      { reason: "scope_insufficient", scope: ["a"], facts: { missing: [], oneOf: ["a", "b"] } },
    ],
    [
      "some of both names each once",
      { scopes: ["a", "b"], anyScope: ["b", "c"] },
      { scope: "" },
      { reason: "scope_insufficient", scope: ["a", "b"], facts: { missing: ["a", "b"], oneOf: ["b", "c"] } },
    ],
    [
      "an alternative that is met is not asked for again",
      { scopes: ["a"], anyScope: ["b"] },
      { scope: "b" },
      { reason: "scope_insufficient", scope: ["a"], facts: { missing: ["a"] } },
    ],
    [
      "scopes come before permissions",
      { scopes: ["a"], permissions: ["b"] },
      {},
      { reason: "scope_insufficient", scope: ["a"], facts: { missing: ["a"] } },
    ],
    [
      "a permission that lacks names no scope",
      { permissions: ["a", "b"], anyPermission: ["c"] },
      { permissions: ["b"] },
      { reason: "permission_insufficient", facts: { missing: ["a"], oneOf: ["c"] } },
    ],
    [
      "a scope is no permission",
      { anyPermission: ["openid"] },
      {},
      { reason: "permission_insufficient", facts: { missing: [], oneOf: ["openid"] } },
    ],
    [
      "a permission is no scope",
      { scopes: ["a"] },
      { permissions: ["a"] },
      { reason: "scope_insufficient", scope: ["a"], facts: { missing: ["a"] } },
    ],
    [
      "a scope in another case",
      { scopes: ["a"] },
      { scope: "A" },
      { reason: "scope_insufficient", scope: ["a"], facts: { missing: ["a"] } },
    ],
  ])("are not met: %s", (_name, rule, claims, rejection) => {
    expect(lackOf(rule, { claims })).toEqual({ ok: false, outcome: "refuse", ...rejection })
  })
})

/** By name: each is met by one claim of the same name. */
const requirements: NonNullable<ConfigInput["requirements"]> = {
  editor: { claims: { editor: { equals: true } } },
  owner: { claims: { owner: { equals: true } } },
  "editor and owner": { allOf: ["editor", "owner"] },
  "editor or owner": { anyOf: ["editor", "owner"] },
  scoped: { scopes: ["edit", "view"], anyScope: ["x", "y"] },
  permitted: { permissions: ["edit"] },
  "recent mfa": { stepUp: { acr: ["mfa"], maxAgeSeconds: 60 } },
}
const editor = { editor: true }
const owner = { owner: true }
const both = { editor: true, owner: true }

describe("requirements that are made of others", () => {
  test.each<[rule: RequirementInput, claims: object, outcome: string]>([
    [{ allOf: ["editor"] }, editor, "met"],
    [{ allOf: ["editor"] }, owner, "requirement_unmet"],
    [{ allOf: ["editor", "owner"] }, both, "met"],
    [{ allOf: ["editor", "owner"] }, editor, "requirement_unmet"],
    [{ allOf: ["editor", "owner"] }, owner, "requirement_unmet"],
    [{ anyOf: ["editor", "owner"] }, editor, "met"],
    [{ anyOf: ["editor", "owner"] }, owner, "met"],
    [{ anyOf: ["editor", "owner"] }, {}, "requirement_unmet"],
    [{ allOf: ["editor and owner"] }, both, "met"],
    [{ allOf: ["editor and owner"] }, editor, "requirement_unmet"],
    [{ allOf: ["editor or owner", "permitted"] }, { ...owner, permissions: ["edit"] }, "met"],
    [{ allOf: ["editor or owner", "permitted"] }, owner, "permission_insufficient"],
    [{ anyOf: ["editor and owner", "permitted"] }, editor, "requirement_unmet"],
    [{ anyOf: ["editor and owner", "permitted"] }, { permissions: ["edit"] }, "met"],
    [{ anyOf: [{ anyOf: [{ allOf: ["editor"] }] }] }, editor, "met"],
    [{ anyOf: [{ anyOf: [{ allOf: ["editor"] }] }] }, owner, "requirement_unmet"],
    [{ anyOf: [{ scopes: ["openid"] }, "editor"] }, {}, "met"],
    // Beside each other, all of it has to hold.
    [{ permissions: ["edit"], anyOf: ["editor", "owner"] }, editor, "permission_insufficient"],
    [{ permissions: ["edit"], anyOf: ["editor", "owner"] }, { permissions: ["edit"] }, "requirement_unmet"],
    [{ allOf: ["editor"], anyOf: ["owner", "permitted"] }, owner, "requirement_unmet"],
    [{ allOf: ["editor"], anyOf: ["owner", "permitted"] }, both, "met"],
  ])("%j for %j: %s", (rule, claims, outcome) => {
    expect(outcomeOf(rule, { claims, requirements })).toBe(outcome)
  })

  test("a name may be used in more than one place, and be that of anything", () => {
    const twice = { allOf: ["editor", { anyOf: ["editor", "owner"] }], anyOf: ["editor or owner"] }
    expect(outcomeOf(twice, { claims: editor, requirements })).toBe("met")
    const named = { "routes[0].allOf[0]": { scopes: ["x"] }, toString: { scopes: ["openid"] } }
    expect(outcomeOf({ allOf: ["toString"] }, { requirements: named })).toBe("met")
    expect(outcomeOf({ allOf: [{ allOf: ["routes[0].allOf[0]"] }] }, { requirements: named })).toBe(
      "scope_insufficient",
    )
  })
})

describe("the lack that is told", () => {
  test("is the rule's own before that of its parts, and names what is named", () => {
    expect(lackOf({ scopes: ["edit"], allOf: ["owner"] }, { requirements })).toMatchObject({ scope: ["edit"] })
    expect(lackOf({ allOf: ["editor and owner"] }, { claims: editor, requirements })).toMatchObject({
      facts: { unmet: "claims.owner equals true", requirement: "owner" },
    })
    expect(lackOf({ claims: { editor: { equals: true } } }, { requirements })?.facts).toEqual({
      unmet: "claims.editor equals true",
    })
  })

  test("is that of the first of several alternatives", () => {
    const asked = { requirements, claims: { scope: "edit" } }
    expect(lackOf({ anyOf: ["owner", "scoped"] }, asked)).toMatchObject({ facts: { requirement: "owner" } })
    expect(lackOf({ anyOf: ["scoped", "owner"] }, asked)).toMatchObject({
      reason: "scope_insufficient",
      scope: ["edit", "view", "x"],
    })
  })

  test("is a condition's before a scope's, and a scope's before a permission's", () => {
    const all: RequirementInput = { claims: { editor: { equals: true } }, scopes: ["edit"], permissions: ["edit"] }
    expect(outcomeOf(all)).toBe("requirement_unmet")
    expect(outcomeOf(all, { claims: editor })).toBe("scope_insufficient")
    expect(outcomeOf(all, { claims: { ...editor, scope: "edit" } })).toBe("permission_insufficient")
  })
})

describe("authentication comes after authority", () => {
  const now = Date.UTC(2026, 10, 1) / 1000
  const recent = { acr: "mfa", auth_time: now - 10 }

  test.each<[name: string, rule: RequirementInput, claims: object, outcome: string]>([
    [
      "nobody is sent to authenticate for what they may not do",
      { permissions: ["edit"], allOf: ["recent mfa"] },
      {},
      "permission_insufficient",
    ],
    ["nor where it stands first", { stepUp: { acr: ["mfa"] }, allOf: ["editor"] }, {}, "requirement_unmet"],
    [
      "nor deep within",
      { allOf: [{ allOf: ["recent mfa"] }, { anyOf: ["permitted"] }] },
      {},
      "permission_insufficient",
    ],
    [
      "who may, is",
      { permissions: ["edit"], allOf: ["recent mfa"] },
      { permissions: ["edit"] },
      "authentication_insufficient",
    ],
    ["and then may", { permissions: ["edit"], allOf: ["recent mfa"] }, { permissions: ["edit"], ...recent }, "met"],
  ])("%s", (_name, rule, claims, outcome) => {
    expect(outcomeOf(rule, { claims, requirements })).toBe(outcome)
  })

  /** Owners without more; editors after authenticating again. */
  const ownerOrRecentEditor: RequirementInput = { anyOf: [{ allOf: ["editor", "recent mfa"] }, "owner"] }
  test.each<[name: string, rule: RequirementInput, claims: object, outcome: string]>([
    ["the alternative without it", ownerOrRecentEditor, owner, "met"],
    ["the alternative with it", ownerOrRecentEditor, { ...editor, ...recent }, "met"],
    ["the alternative with it, without it", ownerOrRecentEditor, editor, "authentication_insufficient"],
    ["both, without it", ownerOrRecentEditor, both, "met"],
    ["neither, with it", ownerOrRecentEditor, recent, "requirement_unmet"],
    // One alternative brings the authority, and the other would have been content with the authentication.
    [
      "half of each",
      {
        anyOf: [{ allOf: ["editor", "recent mfa"] }, { claims: { owner: { exists: true } }, stepUp: { amr: ["pwd"] } }],
      },
      { ...editor, amr: ["pwd"] },
      "authentication_insufficient",
    ],
    [
      "half of each, nested",
      { anyOf: [{ anyOf: [{ allOf: ["editor", "recent mfa"] }, { allOf: ["owner"], stepUp: { amr: ["pwd"] } }] }] },
      { ...editor, amr: ["pwd"] },
      "authentication_insufficient",
    ],
    [
      "half of each, beside a whole",
      { anyOf: [ownerOrRecentEditor, { claims: { guest: { exists: true } } }] },
      { ...editor, guest: 1 },
      "met",
    ],
    [
      "half of each, in two lists",
      {
        allOf: [{ anyOf: ["editor", "owner"] }],
        anyOf: [
          { allOf: ["owner"], stepUp: { amr: ["pwd"] } },
          { allOf: ["editor"], stepUp: { amr: ["otp"] } },
        ],
      },
      { ...editor, amr: ["pwd"] },
      "authentication_insufficient",
    ],
  ])("in alternatives, one has to do in every respect: %s", (_name, rule, claims, outcome) => {
    expect(outcomeOf(rule, { claims, requirements })).toBe(outcome)
  })

  test("what is told is the lack of an alternative that would otherwise do", () => {
    const rule = {
      anyOf: [
        { allOf: ["owner"], stepUp: { acr: ["pin"] } },
        { allOf: ["editor"], stepUp: { acr: ["mfa"] } },
      ],
    }
    expect(lackOf(rule, { claims: editor, requirements })).toMatchObject({ acrValues: ["mfa"] })
  })
})
