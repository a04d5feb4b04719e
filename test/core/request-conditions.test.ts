import { describe, expect, test } from "vitest"
import type { RequirementInput } from "../../core/index.ts"
import { type Asked, outcomeOf } from "./asking.ts"

type Where = RequirementInput["where"]
type Row = readonly [name: string, where: Where, asked: Asked]

function holdsFor(rows: readonly Row[]): void {
  test.each(rows)("met: %s", (_name, where, asked) => expect(outcomeOf({ where }, asked)).toBe("met"))
}
function failsFor(rows: readonly Row[]): void {
  test.each(rows)("not met: %s", (_name, where, asked) => {
    expect(outcomeOf({ where }, asked)).toBe("requirement_unmet")
  })
}

describe("path parameters", () => {
  const own: Where = { "params.userId": { equals: { claim: "sub" } } }
  const users = (path: string, claims: object = {}): Asked => ({ pattern: "/users/:userId/**", path, claims })
  const orgs: Where = { "params.org": { oneOf: { claim: "orgs" } } }

  holdsFor([
    ["the subject, escaped", own, users("/users/auth0%7Calice")],
    ["the subject, escaped in lower case", own, users("/users/auth0%7calice")],
    ["the subject as it is, which a client must not send", own, users("/users/auth0|alice")],
    ["the subject, escaped more than it has to be", own, users("/users/%61uth0%7Calice")],
    ["what is below", own, users("/users/auth0%7Calice/orders/7")],
    ["a trailing slash", own, users("/users/auth0%7Calice/")],
    ["beyond ASCII", own, users("/users/caf%C3%A9", { sub: "caf\u00e9" })],
    ["a percent sign", own, users("/users/100%25", { sub: "100%" })],
    ["a plus", own, users("/users/a+b", { sub: "a+b" })],
    ["a space", own, users("/users/a%20b", { sub: "a b" })],
    ["one of a claim's list", orgs, { pattern: "/:org", path: "/b", claims: { orgs: ["a", "b"] } }],
    ["a constant", { "params.v": { equals: "v1" } }, { pattern: "/:v/a", path: "/v1/a" }],
    ["one of some", { "params.v": { oneOf: ["v1", "v2"] } }, { pattern: "/:v/a", path: "/v2/a" }],
    ["there", { "params.v": { exists: true } }, { pattern: "/:v/a", path: "/x/a" }],
    [
      "several at once",
      { "params.a": { equals: "1" }, "params.b": { equals: { claim: "org_id" } } },
      { pattern: "/:a/x/:b", path: "/1/x/o", claims: { org_id: "o" } },
    ],
  ])

  failsFor([
    ["somebody else", own, users("/users/auth0%7Cbob")],
    ["another case", own, users("/users/auth0%7CAlice")],
    ["a beginning", own, users("/users/auth0%7Calic")],
    ["more", own, users("/users/auth0%7Calice2")],
    ["the subject one segment further", own, users("/users/bob/auth0%7Calice")],
    ["two users in one segment", own, users("/users/auth0%7Calice,bob")],
    ["a plus for a space", own, users("/users/a+b", { sub: "a b" })],
    ["a composed letter for two", own, users("/users/caf%C3%A9", { sub: "cafe\u0301" })],
    ["the name of the parameter", own, users("/users/:userId")],
    ["a number", { "params.id": { equals: { claim: "id" } } }, { pattern: "/:id", path: "/7", claims: { id: 7 } }],
    ["no such claim", { "params.id": { equals: { claim: "id" } } }, { pattern: "/:id", path: "/undefined" }],
    ["null", { "params.id": { equals: { claim: "id" } } }, { pattern: "/:id", path: "/null", claims: { id: null } }],
    ["true", { "params.id": { equals: { claim: "id" } } }, { pattern: "/:id", path: "/true", claims: { id: true } }],
    [
      "a list of one",
      { "params.id": { equals: { claim: "id" } } },
      { pattern: "/:id", path: "/a", claims: { id: ["a"] } },
    ],
    ["an inherited name", { "params.id": { equals: { claim: "constructor" } } }, { pattern: "/:id", path: "/Object" }],
    ["one that isn't in the list", orgs, { pattern: "/:org", path: "/c", claims: { orgs: ["a", "b"] } }],
    ["a list that is a text", orgs, { pattern: "/:org", path: "/a", claims: { orgs: "a" } }],
    ["a list of numbers", orgs, { pattern: "/:org", path: "/1", claims: { orgs: [1] } }],
    ["absent, which it never is", { "params.v": { exists: false } }, { pattern: "/:v/a", path: "/x/a" }],
    [
      "one of several",
      { "params.a": { equals: "1" }, "params.b": { equals: "2" } },
      { pattern: "/:a/:b", path: "/1/3" },
    ],
  ])
})

describe("query parameters", () => {
  const acme: Where = { "query.org": { equals: { claim: "org_id" } } }
  const claims = { org_id: "acme" }

  holdsFor([
    ["the same", acme, { claims, query: "org=acme" }],
    ["among others", acme, { claims, query: "a=1&org=acme&b" }],
    ["escaped", acme, { claims, query: "org=%61cme" }],
    ["a constant", { "query.dry run": { equals: "true" } }, { query: "dry%20run=true" }],
    ["there, with no value", { "query.dry": { exists: true } }, { query: "dry" }],
    ["absent", { "query.admin": { exists: false } }, { query: "a=1" }],
    ["absent, as is all of the query", { "query.admin": { exists: false } }, { query: "" }],
    ["an empty constant", { "query.a": { equals: "" } }, { query: "a=" }],
  ])
  failsFor([
    ["another", acme, { claims, query: "org=evil" }],
    ["none", acme, { claims, query: "" }],
    ["in another case", acme, { claims, query: "ORG=acme" }],
    ["the same twice", acme, { claims, query: "org=acme&org=acme" }],
    ["and another", acme, { claims, query: "org=acme&org=evil" }],
    ["and another in a list", acme, { claims, query: "org=acme&org[]=evil" }],
    ["and another behind a semicolon", acme, { claims, query: "org=acme&a=1;org=evil" }],
    ["an empty value for an empty claim", acme, { claims: { org_id: "" }, query: "org=" }],
    ["no value for a claim that isn't there", acme, { query: "org" }],
    ["the text undefined for a claim that isn't there", acme, { query: "org=undefined" }],
    ["a number", { "query.n": { equals: { claim: "n" } } }, { claims: { n: 7 }, query: "n=7" }],
    ["half a letter", { "query.n": { equals: { claim: "n" } } }, { claims: '"n":"\\ud800"', query: "n=\ud800" }],
    ["there, but twice", { "query.a": { exists: true } }, { query: "a=1&a=2" }],
    // What can't be told is not absent: an origin may well see it.
    ["absent, but it is there", { "query.admin": { exists: false } }, { query: "admin" }],
    ["absent, but it is there twice", { "query.admin": { exists: false } }, { query: "admin=1&admin=1" }],
    ["absent, but for its case", { "query.admin": { exists: false } }, { query: "Admin=1" }],
    ["absent, but for a list", { "query.admin": { exists: false } }, { query: "admin[]=1" }],
    ["absent, but behind a semicolon", { "query.admin": { exists: false } }, { query: "a=1;admin=1" }],
    ["absent, but for a plus", { "query.admin": { exists: false } }, { query: "admin=a+b" }],
    ["absent, but for a bad escape", { "query.admin": { exists: false } }, { query: "%u0061dmin=1" }],
    ["absent, for all that the edge was shown", { "query.admin": { exists: false } }, { query: null }],
    ["there, for all that the edge was shown", acme, { claims, query: null }],
  ])
})

describe("a header that the client has taken away on the way", () => {
  const claims = { org_id: "acme" }
  failsFor(
    ["x-org", "close, X-Org", "x_org"].map(
      (connection): Row => [
        connection,
        { "headers.x-org": { equals: { claim: "org_id" } } },
        { claims, headers: { "x-org": "acme", connection } },
      ],
    ),
  )
  holdsFor([
    [
      "another",
      { "headers.x-org": { equals: { claim: "org_id" } } },
      { claims, headers: { "x-org": "acme", connection: "x-other" } },
    ],
  ])
})

describe("headers", () => {
  const acme: Where = { "headers.x-org": { equals: { claim: "org_id" } } }
  const absent: Where = { "headers.x-debug": { exists: false } }
  const claims = { org_id: "acme" }

  holdsFor([
    ["the same", acme, { claims, headers: { "x-org": "acme", "x-organisation": "evil" } }],
    ["beside one that isn't set", acme, { claims, headers: { "x-org": "acme", x_org: undefined } }],
    ["one that the edge was shown, of all it wasn't", acme, { claims, headers: { "x-org": "acme" }, query: null }],
    ["one of some", { "headers.x-v": { oneOf: ["1", "2"] } }, { headers: { "x-v": "2" } }],
    ["there", { "headers.x-v": { exists: true } }, { headers: { "x-v": "" } }],
    ["absent", absent, { headers: { "x-debugger": "1" } }],
    ["absent, though a name for it stands there", absent, { headers: { "x-debug": undefined } }],
    [
      "named as objects name theirs",
      { "headers.__proto__": { equals: "a" } },
      { headers: JSON.parse('{"__proto__":"a"}') },
    ],
    ["absent, by a name that every object has", { "headers.constructor": { exists: false } }, {}],
  ])
  failsFor([
    ["another", acme, { claims, headers: { "x-org": "evil" } }],
    ["none", acme, { claims }],
    ["in another case", acme, { claims, headers: { "x-org": "ACME" } }],
    ["sent twice, as edges join them", acme, { claims, headers: { "x-org": "acme, acme" } }],
    ["a list", acme, { claims, headers: { "x-org": "acme,evil" } }],
    ["a list that is the claim", acme, { claims: { org_id: "a,b" }, headers: { "x-org": "a,b" } }],
    ["white space around it", acme, { claims, headers: { "x-org": " acme" } }],
    ["under an alias alone", acme, { claims, headers: { x_org: "acme" } }],
    ["and another under an alias", acme, { claims, headers: { "x-org": "acme", x_org: "evil" } }],
    ["and another under a rarer alias", acme, { claims, headers: { "x-org": "acme", "x.org": "evil" } }],
    ["and another under the rarest", acme, { claims, headers: { "x-org": "acme", "x!org": "evil" } }],
    ["and the same under an alias", acme, { claims, headers: { "x-org": "acme", X_ORG: "acme" } }],
    ["in a name that isn't in lower case", acme, { claims, headers: { "X-Org": "acme" } }],
    ["an empty one for an empty claim", acme, { claims: { org_id: "" }, headers: { "x-org": "" } }],
    ["an inherited one", { "headers.constructor": { exists: true } }, {}],
    ["there, but twice", { "headers.x-v": { exists: true } }, { headers: { "x-v": "1, 2" } }],
    ["absent, but it is there", absent, { headers: { "x-debug": "" } }],
    ["absent, but for two of them", absent, { headers: { "x-debug": "1, 1" } }],
    ["absent, but for an alias", absent, { headers: { x_debug: "1" } }],
    ["absent, for all that the edge was shown", absent, { query: null }],
  ])
})
