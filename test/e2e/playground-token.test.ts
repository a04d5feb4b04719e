import { describe, expect, test } from "vitest"
import { breakages } from "../../dev/playground/page/broken-token.ts"
import { decodeToken } from "../../dev/playground/page/decoded-token.ts"
import { difference, isByWorker } from "../../dev/playground/page/verdicts.ts"
import { whatItTells } from "../../dev/playground/page/what-it-tells.ts"

// What the page makes of tokens that were edited by hand, and of answers that differ: a page that throws shows an old decision for a new one.

const part = (json: string) => Buffer.from(json).toString("base64url")
const tokenWith = (claims: string) => `${part('{"alg":"RS256"}')}.${part(claims)}.c2lnbmF0dXJl`

describe.each([
  ...["permissions", "scope", "sub", "azp", "client_id", "org_id", "exp", "aud", "cnf"].flatMap((name) =>
    ["null", "5", "{}", "[]", '[null,{"a":1}]', '{"toString":null,"valueOf":null}', '""', "1e999"].map(
      (value) => `{"${name}":${value}}`,
    ),
  ),
  '{"__proto__":{"sub":1},"constructor":null}',
  "{}",
])("claims %s", (claims) => {
  test.each(Object.entries(breakages))("%s", (_name, breakToken) => {
    const broken = breakToken(tokenWith(claims), ["openid", "read:orders"])
    expect(broken).not.toBe(tokenWith(claims))
  })

  test("are told of", () => {
    const decoded = decodeToken(tokenWith(claims))
    if (decoded.kind !== "jwt") throw new Error(decoded.kind)
    const { can, cannot } = whatItTells(decoded.claims)
    expect([...can, ...cannot].join("\n")).not.toContain("[object Object]")
  })
})

test("a scope is written in beside those that are there", () => {
  const broken = breakages["Write a scope in"]?.(tokenWith('{"scope":"openid","permissions":["a"]}'), ["read:orders"])
  expect(decodeToken(broken ?? "")).toMatchObject({
    claims: { scope: "openid read:orders", permissions: ["a", "read:orders"] },
  })
})

test("claims that are nested too deep to be shown are no JWT's", () => {
  const deep = "[".repeat(37_000) + "]".repeat(37_000)
  expect(decodeToken(tokenWith(`{"a":${deep}}`))).toMatchObject({ kind: "broken" })
})

describe("where an edge differs, why is said", () => {
  const refused = (type: string) => ({
    status: 400,
    headers: [["content-type", type]] as const,
    body: "",
    received: null,
  })
  const lambda = { event: {}, result: { outcome: "response", body: {} }, status: 200, statements: null } as const
  const allow = { outcome: "allow", path: "/", principal: null, reported: null } as never
  const explanation = { decision: allow, steps: [], ending: null, skipped: [] }

  test.each([
    ["text/plain;charset=UTF-8", false, /wrangler dev can't read the path/],
    ["application/problem+json", true, /keys of its own/],
  ])("a 400 as %s", (type, byWorker, why) => {
    expect(isByWorker(refused(type))).toBe(byWorker)
    expect(difference({ worker: refused(type), lambda, explanation })).toMatch(why)
  })
})
