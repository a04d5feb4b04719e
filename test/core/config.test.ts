import { describe, expect, test } from "vitest"
import { ConfigError, type ConfigInput, parseConfig } from "../../core/index.ts"
import { noRequirement } from "../../core/requirement.ts"
import { keys } from "./standing-issuer.ts"

const issuer = { issuer: "https://tenant.example/", audiences: ["https://api.example.com"] }

/** Policies that are wrong are no `ConfigInput`; they come from JSON, or from people who write JavaScript. */
function problemsOf(policy: unknown): Record<string, string> {
  try {
    parseConfig(policy as ConfigInput)
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.problems.map(({ path, remedy }) => [path, remedy]))
    throw error
  }
  return {}
}
const withIssuer = (change: object) => ({ issuers: [{ ...issuer, ...change }] })
const withRoute = (route: object) => ({ issuers: [issuer], routes: [{ path: "/a", ...route }] })

const pinnedKey = keys.rsa.jwk
const pinning = (change: object) => ({
  issuers: [issuer],
  pinnedKeys: { issuers: [{ issuer: issuer.issuer, fetchedAt: 1, keys: [pinnedKey], ...change }] },
})

test("what is left out has a default, and none of them names an issuer or an audience", () => {
  expect(parseConfig({ issuers: [issuer] })).toEqual({
    issuers: [
      {
        ...issuer,
        algorithms: ["RS256"],
        profile: "oidc",
        jwksUri: null,
        scopeClaim: "scope",
        permissionsClaim: "permissions",
        acrClaim: "acr",
        amrClaim: "amr",
        authTimeClaim: "auth_time",
        maximumLifetimeSeconds: null,
        keys: {
          refreshAfterSeconds: 300,
          minimumRefreshSeconds: 60,
          staleAfterSeconds: 900,
          maximumAgeSeconds: 3600,
          unknownKeyCoolDownSeconds: 30,
          maximumUnknownKeys: 1000,
          retryAfterSeconds: 1,
          fetchTimeoutSeconds: 3,
          refreshDeadlineMilliseconds: 500,
          maximumSnapshotAgeSeconds: 604_800,
          maximumDocumentBytes: 150_000,
          maximumKeys: 100,
        },
      },
    ],
    memo: { maximumTokens: 5000, maximumBytes: 8_388_608 },
    clockToleranceSeconds: 5,
    rules: [],
    unmatched: expect.objectContaining({ name: "unmatched", access: "token" }),
    challenge: { realm: "api", resourceMetadata: null },
    upstream: { headers: {}, authorization: "drop" },
    cors: null,
    apiGateway: { cacheKey: null },
    pinnedKeys: [],
  })
  expect(parseConfig({ issuers: [issuer], cors: { origins: "*" } }).cors).toEqual({
    origins: "*",
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    headers: ["authorization", "content-type"],
    exposedHeaders: [],
    maxAgeSeconds: 7200,
  })
})

test("a rule asks for a token unless it says otherwise, and is named as it is written", () => {
  const routes = [
    { path: "/a/:id", methods: ["GET", "PUT"], scopes: ["s"] },
    { path: "/b", access: "public" },
  ] as const
  expect(parseConfig({ issuers: [issuer], routes }).rules).toMatchObject([
    {
      name: "GET,PUT /a/:id",
      methods: ["GET", "PUT"],
      access: "token",
      report: false,
      requirement: { name: null, scopes: ["s"], anyScope: null, permissions: [], conditions: [], stepUp: null },
    },
    { name: "/b", methods: null, access: "public", requirement: noRequirement },
  ])
})

test("with routes, what none covers is refused unless the policy says otherwise", () => {
  expect(parseConfig({ issuers: [issuer], routes: [] }).unmatched).toBeNull()
  expect(parseConfig({ issuers: [issuer], routes: [], unmatched: "deny" }).unmatched).toBeNull()
  expect(parseConfig({ issuers: [issuer], routes: [], unmatched: "authenticated" }).unmatched?.access).toBe("token")
})

test("Auth0 keeps its keys where it says, with or without a slash; others are asked", () => {
  const uri = (change: object) => parseConfig(withIssuer(change) as ConfigInput).issuers[0]?.jwksUri
  expect(uri({ profile: "auth0" })).toBe("https://tenant.example/.well-known/jwks.json")
  expect(uri({ profile: "auth0", issuer: "https://tenant.example" })).toBe(
    "https://tenant.example/.well-known/jwks.json",
  )
  expect(uri({ profile: "auth0", jwksUri: "https://keys.example/" })).toBe("https://keys.example/")
  expect(uri({ profile: "rfc9068" })).toBeNull()
})

test("limits of keys that were left out keep in order with those that were not", () => {
  const limits = (keys: object) => parseConfig(withIssuer({ keys }) as ConfigInput).issuers[0]?.keys
  expect(limits({ refreshAfterSeconds: 10 })).toMatchObject({ minimumRefreshSeconds: 10, staleAfterSeconds: 900 })
  expect(limits({ maximumAgeSeconds: 600 })).toMatchObject({ staleAfterSeconds: 600 })
  expect(limits({ refreshAfterSeconds: 1200 })).toMatchObject({ minimumRefreshSeconds: 60, staleAfterSeconds: 2400 })
  expect(limits({ refreshAfterSeconds: 3000 })).toMatchObject({ staleAfterSeconds: 3600 })
})

test("pinned keys are read as keys from the network are, and stripped", () => {
  const snapshot = { issuer: "https://other.example/", fetchedAt: 1_790_000_000_000, freshSeconds: 15 }
  const keys = [{ ...pinnedKey, use: "sig", x5c: ["MII"] }]
  expect(parseConfig({ issuers: [issuer], pinnedKeys: { issuers: [{ ...snapshot, keys }] } }).pinnedKeys).toEqual([
    {
      issuer: "https://other.example/",
      fetchedAt: 1_790_000_000_000,
      keys: [{ kid: "rsa", alg: null, kty: "RSA", crv: null, jwk: { kty: "RSA", n: pinnedKey.n, e: "AQAB" } }],
    },
  ])
})

test("what was parsed is parsed: it is given back as it is, and nothing is read from the environment", () => {
  const config = parseConfig({ issuers: [issuer], routes: [{ path: "/a" }] })
  expect(parseConfig(config, { AUTH0_DOMAIN: "x", ISSUER: "y" })).toBe(config)
})

test("a copy of what was parsed is no policy", () => {
  expect(Object.keys(problemsOf({ ...parseConfig({ issuers: [issuer] }) }))).toContain("rules")
})

test("every problem is reported at once, each where it is and with what to write instead", () => {
  const policy = {
    issuers: [
      { issuer: "https://tenant.example/", audience: "a", algorithms: ["HS256", "none"], keys: { ttl: 1 } },
      { issuer: "http://tenant.example/", audiences: [], profile: "okta" },
    ],
    routes: [{ path: "/a", scope: "x" }, { path: "orders" }, { methods: ["get"] }],
    unmatched: "allow",
    clockToleranceSeconds: 600,
    challenge: { realm: 'a"b' },
    upstream: { header: {} },
    cors: {},
    rules: [],
  }
  expect(problemsOf(policy)).toEqual({
    "issuers[0].audiences": "required; list the audiences this API answers to",
    "issuers[0].audience": expect.stringMatching(/^unknown key; there are issuer, audiences, .*keys$/),
    "issuers[0].algorithms[0]": expect.stringMatching(/^must be one of RS256, .*EdDSA, Ed25519$/),
    "issuers[0].algorithms[1]": expect.stringMatching(/^must be one of RS256/),
    "issuers[0].keys.ttl": expect.stringMatching(/^unknown key; there are refreshAfterSeconds/),
    "issuers[1].issuer": expect.stringMatching(/^must be an https URL/),
    "issuers[1].audiences": "must be a list; list the audiences this API answers to",
    "issuers[1].profile": "must be one of auth0, rfc9068, oidc",
    "routes[0].scope": expect.stringMatching(/^unknown key; there are path, methods, access, report, scopes/),
    "routes[1].path": 'must begin with "/"',
    "routes[2].path": 'required; write a path such as "/orders/:id"',
    "routes[2].methods[0]": "must be in upper case",
    unmatched: 'must be "deny" or "authenticated"',
    clockToleranceSeconds: "must be a whole number of seconds from 0 to 120",
    "challenge.realm": "must be printable ASCII without quotes and backslashes",
    "upstream.header": "unknown key; there are headers, authorization",
    "cors.origins": 'required; list origins such as "https://app.example.com", or write "*"',
    rules: expect.stringMatching(/^unknown key; there are issuers, .*routes/),
  })
})

test("the error's text is one line for each problem", () => {
  const parse = () => parseConfig({ issuers: [{ ...issuer, audiences: [] }], routes: [{ path: "a" }] })
  expect(parse).toThrow(
    "authorizer.config: issuers[0].audiences: must be a list; list the audiences this API answers to\n" +
      'authorizer.config: routes[0].path: must begin with "/"',
  )
})

// Path of the only problem, by what is wrong. A string value is the path; the policy follows.
const wrong: Record<string, readonly [path: string, policy: unknown]> = {
  "no object": ["(the whole policy)", "{}"],
  null: ["(the whole policy)", null],
  "issuers as an object": ["issuers", { issuers: {} }],
  "no issuer in the list": ["issuers", { issuers: [] }],
  "issuers null": ["issuers", { issuers: null }],
  "an issuer twice": ["issuers", { issuers: [issuer, { ...issuer, audiences: ["b"] }] }],
  "an unknown key that JSON can spell": [
    "__proto__",
    JSON.parse(`{"issuers":[${JSON.stringify(issuer)}],"__proto__":{}}`),
  ],

  "an issuer over http": ["issuers[0].issuer", withIssuer({ issuer: "http://tenant.example/" })],
  "an issuer without a scheme": ["issuers[0].issuer", withIssuer({ issuer: "tenant.example" })],
  "an issuer with a query": ["issuers[0].issuer", withIssuer({ issuer: "https://tenant.example/?a" })],
  "an issuer with a fragment": ["issuers[0].issuer", withIssuer({ issuer: "https://tenant.example/#" })],
  "an issuer with a user": ["issuers[0].issuer", withIssuer({ issuer: "https://a@tenant.example/" })],
  "an issuer with a password": ["issuers[0].issuer", withIssuer({ issuer: "https://:b@tenant.example/" })],
  "an issuer that only ends in a loopback name": ["issuers[0].issuer", withIssuer({ issuer: "http://x.localhost/" })],
  "audiences as a string": ["issuers[0].audiences", withIssuer({ audiences: "a" })],
  "an empty audience": ["issuers[0].audiences[0]", withIssuer({ audiences: [""] })],
  "an algorithm in another case": ["issuers[0].algorithms[0]", withIssuer({ algorithms: ["rs256"] })],
  "an algorithm by an inherited name": ["issuers[0].algorithms[0]", withIssuer({ algorithms: ["constructor"] })],
  "no algorithms": ["issuers[0].algorithms", withIssuer({ algorithms: [] })],
  "a profile by an inherited name": ["issuers[0].profile", withIssuer({ profile: "toString" })],
  "an empty scope claim": ["issuers[0].scopeClaim", withIssuer({ scopeClaim: "" })],
  "a lifetime of no time": ["issuers[0].maximumLifetimeSeconds", withIssuer({ maximumLifetimeSeconds: 0 })],
  "a lifetime as text": ["issuers[0].maximumLifetimeSeconds", withIssuer({ maximumLifetimeSeconds: "600" })],
  "half a second": ["issuers[0].keys.retryAfterSeconds", withIssuer({ keys: { retryAfterSeconds: 1.5 } })],
  "not a number of seconds": [
    "issuers[0].keys.retryAfterSeconds",
    withIssuer({ keys: { retryAfterSeconds: Number.NaN } }),
  ],
  "keys believed for ever": ["issuers[0].keys.maximumAgeSeconds", withIssuer({ keys: { maximumAgeSeconds: 1e9 } })],
  "keys refreshed all the time": [
    "issuers[0].keys.refreshAfterSeconds",
    withIssuer({ keys: { refreshAfterSeconds: 0 } }),
  ],
  "a memo without a bound": [
    "memo.maximumBytes",
    { issuers: [issuer], memo: { maximumBytes: Number.POSITIVE_INFINITY } },
  ],
  "less than no tokens remembered": ["memo.maximumTokens", { issuers: [issuer], memo: { maximumTokens: -1 } }],
  "a memo that is switched": ["memo", { issuers: [issuer], memo: false }],
  "keys that may be stale sooner than refreshed": ["issuers[0].keys", withIssuer({ keys: { staleAfterSeconds: 200 } })],
  "refreshes no rarer than they are": [
    "issuers[0].keys",
    withIssuer({ keys: { refreshAfterSeconds: 100, minimumRefreshSeconds: 101 } }),
  ],
  "pinned keys of no time": ["pinnedKeys.issuers[0].fetchedAt", pinning({ fetchedAt: undefined })],
  "pinned keys of a day": ["pinnedKeys.issuers[0].fetchedAt", pinning({ fetchedAt: "2026-11-01" })],
  "no pinned keys": ["pinnedKeys.issuers[0].keys", pinning({ keys: [] })],
  "a pinned key that can't be used": [
    "pinnedKeys.issuers[0].keys[0]",
    pinning({ keys: [{ ...pinnedKey, use: "enc" }] }),
  ],
  "a private pinned key": ["pinnedKeys.issuers[0].keys[0]", pinning({ keys: [{ ...pinnedKey, d: "AQAB" }] })],
  "a path to pinned keys": ["pinnedKeys", { issuers: [issuer], pinnedKeys: "keys.json" }],
  "keys older than they may be": ["issuers[0].keys", withIssuer({ keys: { maximumAgeSeconds: 100 } })],
  "a negative tolerance": ["clockToleranceSeconds", { issuers: [issuer], clockToleranceSeconds: -1 }],

  "a wildcard in a segment": ["routes[0].path", withRoute({ path: "/a*" })],
  "a wildcard alone": ["routes[0].path", withRoute({ path: "/a/*" })],
  "a wildcard in the middle": ["routes[0].path", withRoute({ path: "/**/a" })],
  "three stars": ["routes[0].path", withRoute({ path: "/a/***" })],
  "stars after letters": ["routes[0].path", withRoute({ path: "/a**" })],
  "stars alone": ["routes[0].path", withRoute({ path: "**" })],
  "a parameter in braces": ["routes[0].path", withRoute({ path: "/a/{id}" })],
  "a greedy parameter in braces": ["routes[0].path", withRoute({ path: "/{proxy+}" })],
  "a parameter without a name": ["routes[0].path", withRoute({ path: "/a/:" })],
  "an optional parameter": ["routes[0].path", withRoute({ path: "/a/:id?" })],
  "a parameter with a pattern": ["routes[0].path", withRoute({ path: "/a/:id(\\d+)" })],
  "an empty segment": ["routes[0].path", withRoute({ path: "/a//b" })],
  "an empty segment at the end": ["routes[0].path", withRoute({ path: "/a//" })],
  "a dot segment": ["routes[0].path", withRoute({ path: "/a/../b" })],
  "a query": ["routes[0].path", withRoute({ path: "/a?b" })],
  "an encoded slash": ["routes[0].path", withRoute({ path: "/a%2Fb" })],
  "a semicolon": ["routes[0].path", withRoute({ path: "/a;b" })],
  "a whole URL": ["routes[0].path", withRoute({ path: "https://api.example.com/a" })],
  "a path that is no text": ["routes[0].path", withRoute({ path: 7 })],
  "a method in lower case": ["routes[0].methods[0]", withRoute({ methods: ["get"] })],
  "a method with a space": ["routes[0].methods[0]", withRoute({ methods: ["GET "] })],
  "any method, as a star would say": ["routes[0].methods", withRoute({ methods: "*" })],
  "no methods": ["routes[0].methods", withRoute({ methods: [] })],
  "another access": ["routes[0].access", withRoute({ access: "private" })],
  "two scopes in one": ["routes[0].scopes[0]", withRoute({ scopes: ["a b"] })],
  "a scope with a quote": ["routes[0].scopes[0]", withRoute({ scopes: ['a"'] })],
  "no scopes": ["routes[0].scopes", withRoute({ scopes: [] })],
  "scopes as a string": ["routes[0].scopes", withRoute({ scopes: "a" })],
  "no scopes to choose from": ["routes[0].anyScope", withRoute({ anyScope: [] })],
  "no permissions": ["routes[0].permissions", withRoute({ permissions: [] })],
  "an empty permission": ["routes[0].anyPermission[0]", withRoute({ anyPermission: [""] })],
  "a public rule with scopes": ["routes[0]", withRoute({ access: "public", scopes: ["a"] })],
  "a public rule with any scope": ["routes[0]", withRoute({ access: "public", anyScope: ["a"] })],
  "a public rule with permissions": ["routes[0]", withRoute({ access: "public", permissions: ["a"] })],
  "a public rule with any permission": ["routes[0]", withRoute({ access: "public", anyPermission: ["a"] })],
  "routes as an object": ["routes", { issuers: [issuer], routes: { "/a": {} } }],

  "a line feed in the realm": ["challenge.realm", { issuers: [issuer], challenge: { realm: "a\nb" } }],
  "resource metadata over http": [
    "challenge.resourceMetadata",
    { issuers: [issuer], challenge: { resourceMetadata: "http://api.example.com/" } },
  ],
  "resource metadata with a quote": [
    "challenge.resourceMetadata",
    { issuers: [issuer], challenge: { resourceMetadata: 'https://api.example.com/"' } },
  ],
  "a header that is none": [
    "upstream.headers.x auth",
    { issuers: [issuer], upstream: { headers: { "x auth": "sub" } } },
  ],
  "a header without a claim": ["upstream.headers.x-a", { issuers: [issuer], upstream: { headers: { "x-a": "" } } }],
  "another way with the caller's token": [
    "upstream.authorization",
    { issuers: [issuer], upstream: { authorization: true } },
  ],
  "an origin with a path": ["cors.origins[0]", { issuers: [issuer], cors: { origins: ["https://app.example.com/"] } }],
  "an origin with a wildcard": ["cors.origins", { issuers: [issuer], cors: { origins: "https://*" } }],
  "the origin null": ["cors.origins[0]", { issuers: [issuer], cors: { origins: ["null"] } }],
}

describe("refuses", () => {
  test.each(Object.entries(wrong))("%s", (_name, [path, policy]) => {
    expect(Object.keys(problemsOf(policy))).toEqual([path])
  })

  const reserved =
    "authorization Authorization host cookie connection content-length Content-Type te trailer transfer-encoding upgrade x-auth-sub X-Auth-Scope"
  test.each(reserved.split(" "))("the header %s in the place of a claim's", (name) => {
    const headers = { [name]: "email" }
    expect(Object.keys(problemsOf({ issuers: [issuer], upstream: { headers } }))).toEqual(["upstream.headers"])
  })

  const metadata =
    "169.254.169.254 169.254.170.2 2852039166 0xa9fea9fe [::ffff:169.254.169.254] [fd00:ec2::254] [fe80::1] metadata.google.internal METADATA.google.internal."
  test.each(metadata.split(" "))("keys, an issuer or resource metadata at %s", (host) => {
    const url = `https://${host}/`
    expect(Object.keys(problemsOf(withIssuer({ jwksUri: url })))).toEqual(["issuers[0].jwksUri"])
    expect(Object.keys(problemsOf(withIssuer({ issuer: url })))).toEqual(["issuers[0].issuer"])
  })
})

describe("takes", () => {
  test.each([
    "http://127.0.0.1:4000/",
    "http://localhost/",
    "http://[::1]:1/",
    "https://tenant.example",
    "https://tenant.example:8443/a/b",
  ])("the issuer %s as it stands", (url) => {
    expect(parseConfig(withIssuer({ issuer: url }) as ConfigInput).issuers[0]?.issuer).toBe(url)
  })

  test("mapped headers, in lower case", () => {
    const upstream = { headers: { "X-User-Email": "https://example.com/email" } }
    expect(parseConfig({ issuers: [issuer], upstream }).upstream.headers).toEqual({
      "x-user-email": "https://example.com/email",
    })
  })
})

test("rules that a request can't choose between are named, with the way out", () => {
  const routes = [
    { path: "/:a/b" },
    { path: "/a/:b" },
    { path: "/c", methods: ["GET"] },
    { path: "/c/", methods: ["GET"] },
  ]
  const parse = () => parseConfig({ issuers: [issuer], routes })
  expect(parse).toThrow(
    'routes: "/:a/b" and "/a/:b" both cover /a/b, and neither is the more specific; give /a/b a rule of its own, or change one',
  )
  expect(parse).toThrow('routes: "GET /c" and "GET /c/" cover the same requests; join them, or remove one')
  expect(problemsOf({ issuers: [issuer], routes: [...routes.slice(0, 3), { path: "/a/b" }] })).toEqual({})
})
