import { describe, expect, test } from "vitest"
import { parseClaimPath, readClaim } from "../../core/claim-path.ts"
import { outcomeOf } from "./asking.ts"

describe("a claim's name leads to", () => {
  test.each([
    ["org_id", ["org_id"]],
    ["realm_access.roles", ["realm_access", "roles"]],
    ["https://example.com/roles", ["https://example.com/roles"]],
    ["https://example.com/app.v2/roles", ["https://example.com/app.v2/roles"]],
    ["urn:zitadel:iam:org:id", ["urn:zitadel:iam:org:id"]],
    ["cognito:groups", ["cognito:groups"]],
    ["a:b.c", ["a:b.c"]],
    ["/a.b", ["a.b"]],
    ["/a/b.c", ["a", "b.c"]],
    ["/https:~1~1example.com~1app/roles", ["https://example.com/app", "roles"]],
    ["/~01", ["~1"]],
    ["/a~0b~1c", ["a~b/c"]],
    ["/0/1", ["0", "1"]],
    ["a b", ["a b"]],
    ["~2", ["~2"]],
  ])("%s", (name, path) => {
    expect(parseClaimPath(name)).toEqual(path)
  })

  test.each(["", ".", "a.", ".a", "a..b", "/", "//", "/a/", "/a//b", "/~", "/a~", "/a~2", "/~a"])(
    "nothing: %j",
    (name) => {
      expect(parseClaimPath(name)).toEqual({ problem: expect.stringContaining(`"${name}" names no claim`) })
    },
  )
})

describe("it is followed through objects alone", () => {
  const claims = JSON.parse('{"a":{"b":{"c":1}},"list":[{"b":1}],"text":"ab","none":null,"a.b":2}')
  test.each([
    ["a.b.c", 1],
    ["/a.b", 2],
    ["a.b.x", undefined],
    ["x.y.z", undefined],
    ["list.0", undefined],
    ["list.0.b", undefined],
    ["list.length", undefined],
    ["text.0", undefined],
    ["text.length", undefined],
    ["none.a", undefined],
  ])("%s", (name, value) => {
    expect(readClaim(claims, parseClaimPath(name) as [string])).toBe(value)
  })
})

describe("names that every object has", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "__proto__.constructor", "constructor.name"]
  test.each(names.map((name) => [`/${name.replaceAll(".", "/")}`]))(
    "%s is absent from a token that doesn't have it",
    (name) => {
      expect(outcomeOf({ claims: { [name]: { exists: true } } })).toBe("requirement_unmet")
      expect(outcomeOf({ claims: { [name]: { exists: false } } })).toBe("met")
    },
  )

  test.each([
    ["/__proto__", '"__proto__":"a"'],
    ["/constructor", '"constructor":"a"'],
    ["/a/__proto__/b", '"a":{"__proto__":{"b":"a"}}'],
    ["toString", '"toString":"a"'],
  ])("%s is read where a token does", (name, claims) => {
    expect(outcomeOf({ claims: { [name]: { equals: "a" } } }, { claims })).toBe("met")
    expect(outcomeOf({ claims: { [name]: { equals: "b" } } }, { claims })).toBe("requirement_unmet")
  })

  test("what a token calls __proto__ is inherited by nothing", () => {
    const claims = '"__proto__":{"role":"admin"},"a":{"__proto__":{"role":"admin"}}'
    expect(outcomeOf({ claims: { role: { exists: false } } }, { claims })).toBe("met")
    expect(outcomeOf({ claims: { "a.role": { equals: "admin" } } }, { claims })).toBe("requirement_unmet")
    expect(outcomeOf({ claims: { x: { equals: { claim: "role" } } } }, { claims: `${claims},"x":"admin"` })).toBe(
      "requirement_unmet",
    )
  })
})

test("a namespaced claim is one name, whatever dots it has", () => {
  const claims = { "https://example.com/roles": ["admin"], https: { "//example": "x" } }
  expect(outcomeOf({ claims: { "https://example.com/roles": { contains: "admin" } } }, { claims })).toBe("met")
  expect(
    outcomeOf({ claims: { "https://example.com/roles": { contains: "admin" } } }, { claims: { roles: ["admin"] } }),
  ).toBe("requirement_unmet")
})
