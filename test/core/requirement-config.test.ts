import { describe, expect, test } from "vitest"
import { ConfigError, type ConfigInput, type ConfigProblem, checkPolicy, parseConfig } from "../../core/index.ts"

const issuer = { issuer: "https://tenant.example/", audiences: ["https://api.example.com"] }

/** Policies that are wrong are no `ConfigInput`; they come from JSON, or from people who write JavaScript. */
function problemsOf(policy: unknown): readonly ConfigProblem[] {
  try {
    parseConfig(policy as ConfigInput)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
const withRule = (rule: unknown, more: object = {}) => ({
  issuers: [issuer],
  routes: [{ path: "/users/:userId/**", ...(rule as object) }],
  ...more,
})

type Expected = readonly [path: string, remedy: string | RegExp]
type Row = readonly [name: string, policy: unknown, ...problems: Expected[]]

function refuses(rows: readonly Row[]): void {
  test.each(rows.map((row) => [row[0], row] as const))("%s", (_name, [, policy, ...problems]) => {
    const expected = problems.map(([path, remedy]) => ({
      path,
      remedy: typeof remedy === "string" ? remedy : expect.stringMatching(remedy),
    }))
    expect(problemsOf(policy)).toEqual(expected)
  })
}

describe("claims", () => {
  const withClaim = (one: unknown) => withRule({ claims: { x: one } })
  const aScalar = "must be a text, a number, true or false"
  refuses([
    [
      "no tests",
      withClaim({}),
      ["routes[0].claims.x", "must ask for something: equals, oneOf, contains, containsAny, containsAll or exists"],
    ],
    ["tests of undefined", withClaim({ equals: undefined }), ["routes[0].claims.x", /^must ask for something/]],
    [
      "a test that there isn't",
      withClaim({ is: "a" }),
      ["routes[0].claims.x.is", "unknown key; there are equals, oneOf, contains, containsAny, containsAll, exists"],
    ],
    ["a value instead of a test", withClaim("a"), ["routes[0].claims.x", "must be an object"]],
    ["null", withClaim({ equals: null }), ["routes[0].claims.x.equals", `${aScalar}, or { claim: "…" }`]],
    ["a list to be equal to", withClaim({ equals: ["a"] }), ["routes[0].claims.x.equals", /^must be a text/]],
    [
      "a claim without a name",
      withClaim({ equals: { claim: "" } }),
      ["routes[0].claims.x.equals.claim", 'must name a claim, as { claim: "sub" }'],
    ],
    [
      "a claim and more",
      withClaim({ equals: { claim: "a", or: "b" } }),
      ["routes[0].claims.x.equals", /^must be a text/],
    ],
    [
      "one for one of some",
      withClaim({ oneOf: "a" }),
      ["routes[0].claims.x.oneOf", /^must be a list of values, at least one, or/],
    ],
    ["one of none", withClaim({ oneOf: [] }), ["routes[0].claims.x.oneOf", "must be a list of values, at least one"]],
    ["an object among some", withClaim({ containsAny: ["a", {}] }), ["routes[0].claims.x.containsAny[1]", aScalar]],
    [
      "all of none",
      withClaim({ containsAll: [] }),
      ["routes[0].claims.x.containsAll", "must be a list of values, at least one"],
    ],
    ["a list in a list", withClaim({ contains: ["a"] }), ["routes[0].claims.x.contains", aScalar]],
    ["another claim in a list", withClaim({ contains: { claim: "a" } }), ["routes[0].claims.x.contains", aScalar]],
    ["exists, as a text", withClaim({ exists: "true" }), ["routes[0].claims.x.exists", "must be true or false"]],
    ["a number that isn't one", withClaim({ equals: Number.NaN }), ["routes[0].claims.x.equals", /^must be a text/]],
    [
      "a number beyond all",
      withClaim({ contains: Number.POSITIVE_INFINITY }),
      ["routes[0].claims.x.contains", "must be a number that JSON can hold; write long ids as texts"],
    ],
    [
      "a number that stands for several",
      withClaim({ oneOf: [2 ** 53] }),
      ["routes[0].claims.x.oneOf[0]", /^must be a number that JSON can hold/],
    ],
    ["no claims", withRule({ claims: {} }), ["routes[0].claims", "must ask for something: name a claim"]],
    ["a claim of no name", withRule({ claims: { "": { exists: true } } }), ["routes[0].claims.", "must name a claim"]],
    [
      "a claim that can't be found",
      withRule({ claims: { "a..b": { exists: true } } }),
      ["routes[0].claims", /^"a\.\.b" names no claim; write/],
    ],
    [
      "a bad pointer",
      withRule({ claims: { "/a~2b": { exists: true } } }),
      ["routes[0].claims", /^"\/a~2b" names no claim; write/],
    ],
    [
      "an operand that can't be found",
      withClaim({ equals: { claim: "a." } }),
      ["routes[0].claims.x", /^"a\." names no claim; write/],
    ],
  ])
})

describe("names that every object has, which would be passed over", () => {
  const remedy = (name: string) => `must not have an entry named ${name}; choose another, or for a claim "/${name}"`
  const entry = (name: string, value: string) => JSON.parse(`{"${name}":${value},"other":${value}}`)
  const exists = '{"exists":true}'
  refuses([
    ...["__proto__", "prototype", "constructor"].flatMap((name): Row[] => [
      [`claims: ${name}`, withRule({ claims: entry(name, exists) }), ["routes[0].claims", remedy(name)]],
      [
        `requirements: ${name}`,
        withRule({}, { requirements: entry(name, '{"scopes":["a"]}') }),
        ["requirements", remedy(name)],
      ],
      [`where: ${name}`, withRule({ where: entry(name, exists) }), ["routes[0].where", remedy(name)]],
    ]),
    ["a rule", withRule(JSON.parse('{"__proto__":{"access":"public"}}')), ["routes[0].__proto__", /^unknown key/]],
  ])
})

describe("where", () => {
  const withPart = (part: string, one: unknown = { equals: "a" }) => withRule({ where: { [part]: one } })
  const form =
    'must be "params." and a path parameter, "query." and a query parameter, or "headers." and a header in lower case'
  const credentials = "must not look at credentials; a rule is about claims, and about what is no secret"
  refuses([
    [
      "a parameter that the path hasn't",
      withPart("params.id"),
      ["routes[0].where.params.id", "the rule's path has no parameter :id"],
    ],
    [
      "a parameter in another case",
      withPart("params.userid"),
      ["routes[0].where.params.userid", "the rule's path has no parameter :userid"],
    ],
    [
      "a literal of the path",
      withPart("params.users"),
      ["routes[0].where.params.users", "the rule's path has no parameter :users"],
    ],
    [
      "a parameter that the path has twice",
      { issuers: [issuer], routes: [{ path: "/:id/x/:id", where: { "params.id": { equals: { claim: "sub" } } } }] },
      ["routes[0].where.params.id", "the rule's path has more than one parameter :id"],
    ],
    ["a part that there isn't", withPart("body.id"), ["routes[0].where.body.id", form]],
    ["a parameter alone", withPart("userId"), ["routes[0].where.userId", form]],
    ["a parameter below a parameter", withPart("params.userId.x"), ["routes[0].where.params.userId.x", form]],
    ["a query parameter of no name", withPart("query."), ["routes[0].where.query.", form]],
    ["a header in capitals", withPart("headers.X-Org"), ["routes[0].where.headers.X-Org", form]],
    ["a header that is none", withPart("headers.x org"), ["routes[0].where.headers.x org", form]],
    ["the token", withPart("headers.authorization", { exists: true }), ["routes[0].where", credentials]],
    ["cookies", withPart("headers.cookie", { exists: true }), ["routes[0].where", credentials]],
    [
      "no tests",
      withPart("query.a", {}),
      ["routes[0].where.query.a", "must ask for something: equals, oneOf or exists"],
    ],
    [
      "a test for lists",
      withPart("query.a", { contains: "a" }),
      ["routes[0].where.query.a.contains", "unknown key; there are equals, oneOf, exists"],
    ],
    [
      "a number",
      withPart("query.a", { equals: 7 }),
      ["routes[0].where.query.a.equals", 'must be a text, or { claim: "…" }'],
    ],
    [
      "a number among some",
      withPart("query.a", { oneOf: ["a", 7] }),
      ["routes[0].where.query.a.oneOf", /^must be a list of texts, at least one, or/],
    ],
    ["nothing", withRule({ where: {} }), ["routes[0].where", "must ask for something: params, query or headers"]],
    [
      "a parameter, in a requirement that a rule without it asks for",
      {
        issuers: [issuer],
        requirements: { own: { where: { "params.userId": { equals: { claim: "sub" } } } } },
        routes: [
          { path: "/users/:userId", allOf: ["own"] },
          { path: "/orders/:id", allOf: ["own"] },
        ],
      },
      ["routes[1].allOf[0].where.params.userId", "the rule's path has no parameter :userId"],
    ],
  ])
})

describe("the caller", () => {
  refuses([
    ["another principal", withRule({ principal: "admin" }), ["routes[0].principal", 'must be "user" or "machine"']],
    [
      "no grant types",
      withRule({ refusedGrantTypes: [] }),
      ["routes[0].refusedGrantTypes", "must be a list of grant types, at least one"],
    ],
    ["no organisations", withRule({ organization: [] }), ["routes[0].organization", "must be a list"]],
    [
      "not any organisation",
      withRule({ organization: false }),
      ["routes[0].organization", "must be an organisation's id, a list of them, or true for any"],
    ],
    [
      "an empty organisation",
      withRule({ organization: "" }),
      ["routes[0].organization", "must be an organisation's id"],
    ],
    [
      "an issuer that isn't the policy's",
      withRule({ issuers: ["https://tenant.example"] }),
      [
        "routes[0].issuers",
        `"https://tenant.example" is no issuer of the policy; write it exactly as in the policy's issuers`,
      ],
    ],
    ["no issuers", withRule({ issuers: [] }), ["routes[0].issuers", "must be a list of issuers, at least one"]],
    [
      "an audience that isn't the policy's",
      withRule({ audience: "https://x.example" }),
      ["routes[0].audience", 'no issuer of the policy lists the audience "https://x.example", so no token would do'],
    ],
    ["audiences", withRule({ audience: ["https://api.example.com"] }), ["routes[0].audience", "must be an audience"]],
    [
      "a binding",
      withRule({ binding: "dpop" }),
      ["routes[0].binding", /^is reserved: no proof of possession is checked yet/],
    ],
    ["no step-up", withRule({ stepUp: {} }), ["routes[0].stepUp", "must ask for something: acr, amr or maxAgeSeconds"]],
    [
      "a class with a space",
      withRule({ stepUp: { acr: ["a b"] } }),
      ["routes[0].stepUp.acr[0]", "must be one acr value, without spaces"],
    ],
    [
      "a class with a quote",
      withRule({ stepUp: { acr: ['a"'] } }),
      ["routes[0].stepUp.acr[0]", "must be one acr value, without spaces"],
    ],
    [
      "no methods",
      withRule({ stepUp: { amr: [] } }),
      ["routes[0].stepUp.amr", "must be a list of authentication methods"],
    ],
    [
      "an age as a text",
      withRule({ stepUp: { maxAgeSeconds: "300" } }),
      ["routes[0].stepUp.maxAgeSeconds", /^must be a whole number of seconds/],
    ],
    [
      "an age that isn't one",
      withRule({ stepUp: { maxAgeSeconds: Number.NaN } }),
      ["routes[0].stepUp.maxAgeSeconds", /^must be a whole number of seconds/],
    ],
    [
      "a negative age",
      withRule({ stepUp: { maxAgeSeconds: -1 } }),
      ["routes[0].stepUp.maxAgeSeconds", /^must be a whole number of seconds/],
    ],
    [
      "an age under another name",
      withRule({ stepUp: { maxAge: 1 } }),
      ["routes[0].stepUp.maxAge", "unknown key; there are acr, amr, maxAgeSeconds"],
    ],
  ])
})

describe("requirements that are made of others", () => {
  const named = (requirements: object, rule: object) => withRule(rule, { requirements })
  /** A rule that asks for the last of them would be made of 10^14 parts. */
  const multiplying = Object.fromEntries(
    Array.from({ length: 15 }, (_, at) => [
      `r${at}`,
      at === 0 ? { scopes: ["a"] } : { allOf: Array.from({ length: 10 }, () => `r${at - 1}`) },
    ]),
  )
  const deep = (levels: number): object => (levels === 0 ? { scopes: ["a"] } : { allOf: [deep(levels - 1)] })

  refuses([
    [
      "a name that there isn't",
      named({ a: { scopes: ["a"] }, b: { scopes: ["b"] } }, { allOf: ["c"] }),
      ["routes[0].allOf[0]", 'there is no requirement named "c"; there are: a, b'],
    ],
    [
      "a name where there are none",
      withRule({ anyOf: [{ scopes: ["a"] }, "c"] }),
      ["routes[0].anyOf[1]", 'there is no requirement named "c"; there are: none'],
    ],
    [
      "a name that every object has",
      withRule({ allOf: ["toString"] }),
      ["routes[0].allOf[0]", /^there is no requirement named "toString"/],
    ],
    [
      "a circle of one",
      named({ a: { allOf: ["a"] } }, { allOf: ["a"] }),
      ["routes[0].allOf[0].allOf[0]", '"a" is a part of itself: a → a'],
    ],
    [
      "a circle of three, in several ways",
      named({ a: { allOf: ["b"] }, b: { anyOf: [{ allOf: ["c"] }] }, c: { allOf: ["a"] } }, { allOf: ["a"] }),
      ["routes[0].allOf[0].allOf[0].anyOf[0].allOf[0].allOf[0]", '"a" is a part of itself: a → b → c → a'],
    ],
    [
      "one within the other, too deep",
      withRule(deep(17)),
      [`routes[0]${".allOf[0]".repeat(17)}`, "is more than a rule may be made of"],
    ],
    ["nothing", withRule({ allOf: [] }), ["routes[0].allOf", "must be a list of requirements, at least one"]],
    ["one of none", withRule({ anyOf: [] }), ["routes[0].anyOf", "must be a list of requirements, at least one"]],
    ["a name alone", withRule({ anyOf: "a" }), ["routes[0].anyOf", "must be a list of requirements, at least one"]],
    // As one of several, it would let everybody in.
    [
      "one that asks for nothing",
      withRule({ anyOf: [{}, { scopes: ["a"] }] }),
      ["routes[0].anyOf[0]", "must ask for something: scopes, claims, where or the like"],
    ],
    [
      "one that asks for nothing, with words",
      withRule({ anyOf: [{ scopes: undefined }] }),
      ["routes[0].anyOf[0]", /^must ask for something/],
    ],
    [
      "one that asks for nothing of claims",
      withRule({ anyOf: [{ claims: {} }] }),
      ["routes[0].anyOf[0].claims", /^must ask for something/],
    ],
    [
      "one that asks for nothing, by name",
      named({ a: {} }, { anyOf: ["a"] }),
      ["requirements.a", /^must ask for something/],
    ],
    ["an empty name", withRule({ allOf: [""] }), ["routes[0].allOf[0]", "must be the name of a requirement"]],
    [
      "neither a name nor a requirement",
      withRule({ allOf: [7, null] }),
      ["routes[0].allOf[0]", "must be the name of a requirement, or a requirement"],
      ["routes[0].allOf[1]", "must be the name of a requirement, or a requirement"],
    ],
    [
      "a mistake within, told where it is",
      withRule({ anyOf: [{ allOf: [{ scope: "a" }] }] }),
      ["routes[0].anyOf[0].allOf[0].scope", /^unknown key; there are scopes/],
    ],
    [
      "a mistake within a name",
      named({ a: { claims: { x: { is: 1 } } } }, {}),
      ["requirements.a.claims.x.is", /^unknown key/],
    ],
    [
      "a rule's own keys within",
      withRule({ anyOf: [{ access: "public" }, { path: "/" }, { report: true }] }),
      ["routes[0].anyOf[0].access", /^unknown key/],
      ["routes[0].anyOf[1].path", /^unknown key/],
      ["routes[0].anyOf[2].report", /^unknown key/],
    ],
    ["no name", withRule({}, { requirements: { "": { scopes: ["a"] } } }), ["requirements.", "must be a name"]],
    ["a list of requirements", withRule({}, { requirements: [] }), ["requirements", "must map names to requirements"]],
  ])

  test("names that multiply with each step end soon", () => {
    expect(problemsOf(named(multiplying, { allOf: ["r14"] }))).toEqual([
      {
        path: expect.stringMatching(/^routes\[0\](?:\.allOf\[\d\])+$/),
        remedy: "is more than a rule may be made of",
      },
    ])
  })

  test("as many as a rule may be made of, and as deep", () => {
    expect(problemsOf(withRule(deep(16)))).toEqual([])
    expect(problemsOf(withRule({ allOf: Array.from({ length: 999 }, () => ({ scopes: ["a"] })) }))).toEqual([])
  })
})

describe("rules", () => {
  const remedy = "a public rule asks for no token, so it can't ask for anything else, and has nothing to report"
  const asks = [
    { claims: { x: { exists: true } } },
    { where: { "query.a": { exists: true } } },
    { principal: "user" },
    { organization: true },
    { issuers: [issuer.issuer] },
    { audience: issuer.audiences[0] },
    { stepUp: { amr: ["mfa"] } },
    { refusedGrantTypes: ["password"] },
    { allOf: [{ scopes: ["a"] }] },
    { anyOf: [{ scopes: ["a"] }] },
    { report: true },
  ]
  refuses([
    ...asks.map(
      (ask): Row => [
        `a public one with ${Object.keys(ask)}`,
        withRule({ access: "public", ...ask }),
        ["routes[0]", remedy],
      ],
    ),
    ["a report of what there isn't", withRule({ report: "yes" }), ["routes[0].report", "must be true or false"]],
  ])
})

describe("a cache key that can't tell calls apart", () => {
  const cached = (cacheKey: unknown, ...rules: object[]) => ({
    issuers: [issuer],
    apiGateway: { cacheKey },
    routes: rules.map((rule, at) => ({ path: `/${at}/:id`, ...rule })),
  })
  const refusal = (name: string, what: string) =>
    [
      "apiGateway.cacheKey",
      `must be left out: "${name}" asks for ${what}, which a cached answer can't tell apart`,
    ] as const
  const query = { where: { "query.org": { equals: { claim: "org_id" } } } }
  refuses([
    ["a query", cached("call", {}, query), refusal("/1/:id", "query.org equals the claim org_id")],
    [
      "a header",
      cached("token", { where: { "headers.x-org": { exists: true } } }),
      refusal("/0/:id", "headers.x-org exists"),
    ],
    ["the time", cached("token", { stepUp: { maxAgeSeconds: 60 } }), refusal("/0/:id", "stepUp.maxAgeSeconds")],
    [
      "a query, deep within",
      cached("token", { allOf: [{ anyOf: [query, { scopes: ["a"] }] }] }),
      refusal("/0/:id", "query.org equals the claim org_id"),
    ],
    ["another key", cached("path"), ["apiGateway.cacheKey", 'must be "token" or "call", or left out']],
    ["none needed", cached(undefined, query)],
    [
      "what the path and the token tell",
      cached("call", { where: { "params.id": { equals: { claim: "sub" } } }, stepUp: { acr: ["a"] } }),
    ],
  ])
})

test("all that is wrong with the rules is told at once", () => {
  const policy = withRule({
    allOf: ["x"],
    where: { "params.id": { exists: true } },
    audience: "a",
    claims: { "a.": { exists: true } },
  })
  expect(problemsOf(policy).map(({ path }) => path)).toEqual([
    "routes[0].audience",
    "routes[0].claims",
    "routes[0].where.params.id",
    "routes[0].allOf[0]",
  ])
})

test("a header that ends at the guard, or holds credentials, can't be asked for", () => {
  for (const name of ["connection", "x-auth-org", "x-forwarded-host", "forwarded", "proxy-authorization", "cookie"])
    expect(problemsOf(withRule({ where: { [`headers.${name}`]: { exists: true } } }))).toEqual([
      { path: "routes[0].where", remedy: expect.stringMatching(/^must not look at/) },
    ])
})

test("unmatched says nothing without routes, and what is no policy is none", () => {
  expect(problemsOf({ issuers: [issuer], unmatched: "deny" }).map(({ path }) => path)).toEqual(["unmatched"])
  for (const none of [[], new Map(), Promise.resolve({}), () => ({}), null, "x"])
    expect(problemsOf(none)).toEqual([{ path: "(the whole policy)", remedy: "must be an object" }])
})

test("an issuer that the environment names can't be asked for, whether the policy is bundled first or not", () => {
  const asking = { routes: [{ path: "/a", audience: "https://api.example.com", issuers: ["https://tenant.example/"] }] }
  const environment = { ISSUER: "https://tenant.example/", AUDIENCE: "https://api.example.com" }
  const problem =
    /^authorizer\.config: routes\[0\]\.audience: can't be asked for where the environment names the issuer/
  expect(() => parseConfig(asking, environment)).toThrow(problem)
  expect(() => checkPolicy(asking)).toThrow(problem)
})

test("a requirement that no rule asks for is checked all the same, but for the path that it has none of", () => {
  const requirements = {
    typo: { allOf: ["missing"] },
    circle: { anyOf: ["circle"] },
    fine: { where: { "params.any": { equals: { claim: "sub" } } } },
  }
  expect(problemsOf({ issuers: [issuer], requirements, routes: [{ path: "/a" }] })).toEqual([
    {
      path: "requirements.typo.allOf[0]",
      remedy: 'there is no requirement named "missing"; there are: typo, circle, fine',
    },
    { path: "requirements.circle.anyOf[0].anyOf[0]", remedy: '"circle" is a part of itself: circle → circle' },
  ])
})
