import { describe, expect, test, vi } from "vitest"
import { authorizerOf, type Config, parseConfig, type RouteInput, type VerifiedToken } from "../../core/index.ts"
import { evaluate, type Policy } from "../../dev/gateway/iam.ts"
import { parseArn } from "../../lambda/arn.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { callerAnswers, maximumPolicyBytes } from "../../lambda/caller-answer.ts"
import { callerPolicies } from "../../lambda/caller-policy.ts"
import { handlerOf } from "../../lambda/handler.ts"
import { meets } from "../../lambda/path-glob.ts"
import { findSayable } from "../../lambda/sayable.ts"
import { policy, standingPorts, tokenOf } from "../core/standing-issuer.ts"

const stage = "arn:aws:execute-api:eu-central-1:123456789012:api/prod"
const arn = (call: string) => `${stage}/${call}`
const configOf = (routes: readonly RouteInput[]) =>
  parseConfig({ ...policy(routes), apiGateway: { cacheKey: "token" } })

async function callerOf(config: Config, claims: object): Promise<VerifiedToken> {
  const headers = { authorization: `Bearer ${tokenOf(claims)}` }
  const token = await authorizerOf(config, standingPorts()).identify({ method: "GET", path: "/", headers })
  if (!token || "outcome" in token) throw new Error("the token was refused")
  return token
}

/** What the document of a caller says of calls. */
async function documentFor(routes: readonly RouteInput[], claims: object): Promise<(call: string) => boolean> {
  const config = configOf(routes)
  const { policyDocument } = callerAnswers(config)(await callerOf(config, claims), parsedArn("GET/"))
  return (call) => evaluate(policyDocument as Policy, arn(call)) === "allow"
}

function parsedArn(call: string) {
  const parsed = parseArn(arn(call))
  if (!parsed) throw new Error("no ARN")
  return parsed
}

describe("a place for one segment", () => {
  const routes = [
    { path: "/orders/:id", methods: ["GET"] },
    { path: "/orders/latest", methods: ["GET"], scopes: ["admin"] },
    { path: "/orders", methods: ["GET"], scopes: ["admin"] },
  ]
  test.each([
    ["GET/orders/7", true],
    ["HEAD/orders/7", true],
    ["GET/orders/7/", true],
    ["POST/orders/7", false],
    ["GET/orders/7/items", false],
    ["GET/orders/latest", false],
    ["GET/orders/latest/", false],
    ["GET/orders/%6catest", false],
    ["GET/orders/latest%2f", false],
    ["GET/orders/", false],
    ["GET/orders", false],
    ["GET/orders//", false],
    ["GET/orders/7/..", false],
    ["GET/orders/..;/admin", false],
    ["GET/orders/latest#7", false],
    ["GET/x/orders/7", false],
    ["GET/orders/$" + "{x}", false],
  ])("%s", async (call, allowed) => expect((await documentFor(routes, {}))(call)).toBe(allowed))
})

describe("a segment that a claim fixes", () => {
  const routes = [{ path: "/users/:userId/**", where: { "params.userId": { equals: { claim: "sub" } } } }]
  test.each([
    ["auth0|alice", "GET/users/auth0%7Calice", true],
    ["auth0|alice", "GET/users/auth0|alice", true],
    ["auth0|alice", "GET/users/auth0|alice/orders/7", true],
    ["auth0|alice", "GET/users/auth0|bob", false],
    ["a[1]|b", "GET/users/a[1]|b", true],
    ["auth0|alice", "GET/users/auth0%7Calice/orders/7", true],
    ["auth0|alice", "DELETE/users/auth0%7Calice/", true],
    ["auth0|alice", "GET/users/auth0%7Cbob", false],
    ["auth0|alice", "GET/users/auth0%7Calice2", false],
    ["auth0|alice", "GET/users/auth0%7Calice/..%2Fauth0%7Cbob", false],
    ["auth0|alice", "GET/users/auth0%7Calice/../auth0%7Cbob", false],
    ["alice@example.com", "GET/users/alice%40example.com", true],
    ["alice@example.com", "GET/users/alice@example.com", true],
  ])("of %s: %s", async (sub, call, allowed) => expect((await documentFor(routes, { sub }))(call)).toBe(allowed))

  test.each([
    "*",
    "a*",
    "?",
    "a?",
    "$" + "{aws:username}",
    "$" + "{*}",
    "a/b",
    "..",
    ".",
    "a;b",
    "a\\b",
    "\u0000",
    "%2F",
    "//",
  ])("the claim %j reaches no resource", async (sub) => {
    const config = configOf(routes)
    const { policyDocument } = callerAnswers(config)(await callerOf(config, { sub }), parsedArn("GET/"))
    const resources = policyDocument.Statement.flatMap(({ Effect, Resource }) => (Effect === "Allow" ? Resource : []))
    for (const resource of resources) {
      expect(resource.replace(/\/\*$/, "")).not.toMatch(/[*?]|\$\{|\/\/|;|\\|\.\./)
      expect(decodeURIComponent(resource.split("/users/")[1]?.split("/")[0] ?? "")).toBe(sub)
    }
    const said = (call: string) => evaluate(policyDocument as Policy, arn(call)) === "allow"
    expect(said("GET/users/bob")).toBe(false)
    expect(said("GET/users/ab")).toBe(false)
    expect(said("GET/admin")).toBe(false)
  })

  test("one of several, as a list of organisations", async () => {
    const orgs = [{ path: "/orgs/:org/**", where: { "params.org": { oneOf: { claim: "orgs" } } } }]
    const said = await documentFor(orgs, { orgs: ["a", "b", 7, null, ["c"], ""] })
    expect(["a", "b", "c", "7"].map((org) => said(`GET/orgs/${org}/x`))).toEqual([true, true, false, false])
    expect(said("GET/orgs/")).toBe(false)
  })
})

test("a claim that says what is a rule's own literal: what is lost is named", async () => {
  const config = configOf([
    { path: "/users/:id/**", where: { "params.id": { equals: { claim: "sub" } } } },
    { path: "/users/me/:page", scopes: ["nobody:has"] },
  ])
  const { unsaid } = callerPolicies(config)(await callerOf(config, { sub: "me" }), 6000, stage)
  expect(unsaid.map(({ name }) => name)).toEqual(["/users/:id/**"])
})

describe("what is refused within what is allowed is refused in each spelling that is allowed", () => {
  const own = { "params.id": { equals: { claim: "sub" } } }
  const beyond = { methods: ["GET"], scopes: ["nobody:has"] }
  test.each<[string, string, RouteInput[], ...string[]]>([
    [
      "auth0|jos\u00e9",
      "admin",
      [
        { path: "/users/:id/**", where: own, methods: ["GET"] },
        { path: "/users/:id/admin", ...beyond },
      ],
      "auth0|jos%C3%A9",
      "auth0%7Cjos%C3%A9",
      "auth0|jos\u00e9",
    ],
    [
      "samlp|corp|jo smith",
      "billing/1",
      [
        { path: "/users/:id/**", where: own, methods: ["GET"] },
        { path: "/users/:id/billing/**", ...beyond },
      ],
      "samlp|corp|jo%20smith",
      "samlp%7Ccorp%7Cjo%20smith",
    ],
    [
      "a|b@c d",
      "secret",
      [
        { path: "/users/:id", where: own, methods: ["GET"] },
        { path: "/users/:id/:page", where: own, methods: ["GET"] },
        { path: "/users/:id/secret", ...beyond },
      ],
      "a|b@c%20d",
      "a%7Cb@c%20d",
      "a%7Cb%40c%20d",
      "a|b%40c%20d",
    ],
  ])("of %s: %s", async (sub, below, routes, ...spellings) => {
    const said = await documentFor(routes, { sub })
    for (const spelling of spellings) expect(said(`GET/users/${spelling}/${below}`)).toBe(false)
    expect(said(`GET/users/${spellings[0]}/${routes[0]?.path.endsWith("**") ? "x/y" : "x"}`)).toBe(true)
  })

  test("of a literal: what has more segments", async () => {
    const said = await documentFor([{ path: "/[x y]/:id", methods: ["GET"] }], {})
    expect(["GET/[x%20y]/a", "GET/[x%20y]/a/a", "GET/%5Bx%20y%5D/a/a"].map(said)).toEqual([true, false, false])
  })
})

describe("an escape in what is fixed", () => {
  const own = { "params.id": { equals: { claim: "sub" } } }
  const methods = ["GET"]
  test.each<[string, RouteInput[], string[]]>([
    [
      "beside a wildcard that ends before it",
      [
        { path: "/users/:id", methods, where: own },
        { path: "/users/:id/avatar", methods },
      ],
      ["users/auth0%7Calice", "users/auth0|alice", "users/7/avatar"],
    ],
    ["behind a wildcard", [{ path: "/users/:id/my%20files", methods }], ["users/7/my%20files"]],
    ["behind the first", [{ path: "/:tenant/caf\u00e9", methods }], ["t/caf%C3%A9"]],
  ])("%s is let through", async (_where, routes, calls) => {
    const config = configOf(routes)
    expect(cacheSettingFor(config).cacheKey).toBe("token")
    const said = await documentFor(routes, { sub: "auth0|alice" })
    expect(calls.filter((call) => !said(`GET/${call}`))).toEqual([])
    for (const call of ["users/7%2e/avatar", "users/%37/my%20files", "%74/caf%C3%A9", "t%2Fx/caf%C3%A9"])
      expect(said(`GET/${call}`)).toBe(false)
  })

  test.each<[string, RouteInput[], string, "token" | "call"]>([
    [
      "of a claim, where another rule's wildcard reaches",
      [
        { path: "/users/:id", methods, where: own },
        { path: "/:any", methods: ["POST"] },
      ],
      "GET /users/:id",
      "token",
    ],
    ["between two parameters", [{ path: "/:a/caf\u00e9/:b", methods }], "GET /:a/caf\u00e9/:b", "call"],
    [
      "of a rule, where another's wildcard reaches",
      [
        { path: "/a/**", methods },
        { path: "/x/a/caf\u00e9", methods },
      ],
      "GET /x/a/caf\u00e9",
      "call",
    ],
  ])("%s is not, and the rule is named", async (_where, routes, name, cacheKey) => {
    const config = configOf(routes)
    const { unsaid } = callerPolicies(config)(await callerOf(config, { sub: "auth0|alice" }), 6000, stage)
    expect(unsaid.map((rule) => rule.name)).toContain(name)
    expect(cacheSettingFor(config).cacheKey).toBe(cacheKey)
  })
})

test.each(["$" + "{aws:x}", "a$" + "{b}", "a$" + "{", "{", "[$" + "{x}]|"])(
  "no resource holds a variable that a claim %j could begin",
  async (sub) => {
    const config = configOf([
      { path: "/users/:id/orders/:order", methods: ["GET"], where: { "params.id": { equals: { claim: "sub" } } } },
      { path: "/users/:id/orders/latest", methods: ["GET"], scopes: ["nobody:has"] },
      { path: "/reports/:id", methods: ["GET"] },
    ])
    const { policyDocument } = callerAnswers(config)(await callerOf(config, { sub }), parsedArn("GET/"))
    for (const { Resource } of policyDocument.Statement) expect([Resource].flat().join("\n")).not.toContain("$" + "{")
  },
)

test.each(["*", "P*"])("the method %s, which IAM would read as any, is a config error", (method) => {
  const routes = [{ path: "/status", methods: [method], access: "public" as const }]
  expect(() => configOf(routes)).toThrow(
    'routes[0].methods[0]: must be an HTTP method; for all of them, leave "methods" out',
  )
})

describe("of what a claim lists", () => {
  const methods = ["GET"]
  const listed = { "params.id": { oneOf: { claim: "orgs" } } }
  const orgs = Array.from({ length: 30 }, (_, index) => `o${index}`)
  const rule = { path: "/orgs/:id", methods }
  test.each<[string, RouteInput, object, string, boolean, boolean]>([
    [
      "what is no segment takes no place",
      { ...rule, where: listed },
      { orgs: [...orgs.map((one) => `a/${one}`), "acme"] },
      "acme",
      true,
      true,
    ],
    [
      "what another condition picks is found among many",
      { ...rule, where: listed, allOf: [{ where: { "params.id": { equals: { claim: "org" } } } }] },
      { orgs, org: "o29" },
      "o29",
      true,
      true,
    ],
    [
      "a way that fixes nothing comes first",
      { ...rule, anyOf: [{ where: listed }, { scopes: ["admin"] }] },
      { orgs, scope: "admin" },
      "zzz",
      true,
      false,
    ],
    [
      "what is too long is named",
      { ...rule, where: listed },
      { orgs: ["x".repeat(301)] },
      "x".repeat(301),
      false,
      false,
    ],
    ["what IAM would read as a pattern is named", { ...rule, where: listed }, { orgs: ["a*b"] }, "a%2Ab", false, false],
  ])("%s", async (_what, route, claims, id, allowed, isWhole) => {
    const config = configOf([route])
    const caller = await callerOf(config, claims)
    const { unsaid } = callerPolicies(config)(caller, 6000, stage)
    expect(unsaid.length === 0).toBe(isWhole)
    expect((await documentFor([route], claims))(`GET/orgs/${id}`)).toBe(allowed)
  })
})

describe("one answer for all calls", () => {
  const routes: RouteInput[] = [
    { path: "/health", access: "public" },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders", methods: ["POST"], scopes: ["write:orders"] },
    { path: "/admin/**", claims: { roles: { contains: "admin" } } },
    { path: "/new", scopes: ["nobody:has"], report: true },
  ]
  const config = configOf(routes)
  const handler = handlerOf(config, { ...standingPorts(), settle: async () => {}, prefetch: () => {} }, {})
  const authorizationToken = `Bearer ${tokenOf({ scope: "read:orders" })}`
  const ask = (call: string) => handler({ type: "TOKEN", methodArn: arn(call), authorizationToken })

  test("whichever was asked for first: allowed, refused, public, unknown, or only reported", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {})
    vi.spyOn(console, "warn").mockImplementation(() => {})
    const calls = ["GET/orders", "POST/orders", "GET/health", "GET/nothing", "GET/admin/x", "PUT/new"]
    const answers = await Promise.all(calls.map(ask))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({
      principalId: "auth0|alice",
      context: { sub: "auth0|alice", scope: "read:orders", client_id: "web" },
    })
    // Of the first call nothing: another may be answered with it.
    expect(Object.keys((answers[0] as { context: object }).context).sort()).toEqual([
      "client_id",
      "exp",
      "iss",
      "permissions",
      "scope",
      "sub",
    ])
  })

  test("a token that is refused is told so, and kept by nobody", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {})
    const call = { type: "TOKEN", methodArn: arn("GET/orders"), authorizationToken: "Bearer x.y.z" }
    await expect(handler(call)).rejects.toThrow(/^Unauthorized$/)
  })

  test("nothing of an outage is kept, but for what is let through for anybody", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {})
    vi.spyOn(console, "log").mockImplementation(() => {})
    const down = { ok: false, reason: "keys_unreachable", detail: "down" } as const
    const ports = { ...standingPorts(), loadKeySet: async () => down, settle: async () => {}, prefetch: () => {} }
    const duringOutage = handlerOf(config, ports, {})
    for (const call of ["GET/orders", "GET/nothing"])
      await expect(duringOutage({ type: "TOKEN", methodArn: arn(call), authorizationToken })).rejects.toThrow(
        /^keys_unreachable/,
      )
    const open = await duringOutage({ type: "TOKEN", methodArn: arn("GET/health"), authorizationToken })
    expect(open).toMatchObject({ principalId: "anonymous" })
  })

  test("a WebSocket API asks for every connection, and is told of that one", async () => {
    const routeArn = `${stage}/$connect`
    const open = configOf([{ path: "/$connect", methods: ["GET"] }])
    const ask = handlerOf(open, { ...standingPorts(), settle: async () => {}, prefetch: () => {} }, {})
    const requestContext = { stage: "prod", routeKey: "$connect", eventType: "CONNECT", connectionId: "x" }
    const headers = { authorization: authorizationToken }
    const answer = await ask({ type: "REQUEST", methodArn: routeArn, headers, requestContext })
    expect(evaluate((answer as { policyDocument: Policy }).policyDocument, routeArn)).toBe("allow")
  })

  test("nobody gets what is public, and nothing else", () => {
    const { policyDocument, principalId } = callerAnswers(config)(null, parsedArn("GET/health"))
    const said = (call: string) => evaluate(policyDocument as Policy, arn(call))
    expect(principalId).toBe("anonymous")
    expect(["GET/health", "GET/new", "GET/orders"].map(said)).toEqual(["allow", "allow", "implicit deny"])
  })

  test("who may call nothing is denied explicitly", async () => {
    const strict = configOf([{ path: "/admin/**", claims: { roles: { contains: "admin" } } }])
    const { policyDocument } = callerAnswers(strict)(await callerOf(strict, {}), parsedArn("GET/x"))
    expect(policyDocument.Statement).toEqual([
      { Action: "execute-api:Invoke", Effect: "Deny", Resource: [`${stage}/*`] },
    ])
  })
})

describe("within the limits", () => {
  const routes = Array.from({ length: 120 }, (_, index) => ({
    path: `/resource-${index}/:id`,
    methods: ["GET", "PUT"],
  }))

  test("rules that don't fit are left out, are named, and are refused", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    const config = configOf(routes)
    const answer = callerAnswers(config)(await callerOf(config, {}), parsedArn("GET/x"))
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8192)
    expect(JSON.stringify(answer).length).toBeGreaterThan(5000)
    const said = (call: string) => evaluate(answer.policyDocument as Policy, arn(call)) === "allow"
    expect([said("GET/resource-0/7"), said("GET/resource-119/7")]).toEqual([true, false])
    expect(warn.mock.calls.some(([line]) => String(line).includes("resource-119"))).toBe(true)
  })

  test.each(["x".repeat(3000), "\u6f22".repeat(255), '"'.repeat(255), "x".repeat(9000)])(
    "nor is the answer to a caller with a long name: %#",
    async (sub) => {
      vi.spyOn(console, "warn").mockImplementation(() => {})
      const config = configOf(routes)
      const claims = { sub, scope: "s".repeat(1900) }
      const answer = callerAnswers(config)(await callerOf(config, claims), parsedArn("GET/x"))
      const { principalId, ...rest } = answer
      const beside = sub.length > 8000 ? rest : { principalId, ...rest }
      expect(new TextEncoder().encode(JSON.stringify(beside)).length).toBeLessThanOrEqual(8192)
      if (sub.length > 8000)
        expect(evaluate(answer.policyDocument as Policy, arn("GET/resource-0/7"))).not.toBe("allow")
    },
  )

  test("no resource is longer than API Gateway takes", async () => {
    const config = configOf([{ path: "/users/:id", where: { "params.id": { equals: { claim: "sub" } } } }])
    const token = await callerOf(config, { sub: "x".repeat(600) })
    expect(callerPolicies(config)(token, 6000, stage).allow).toEqual([])
    const long = configOf([{ path: "/short" }, { path: `/${"long".repeat(130)}` }])
    const { allow, unsaid } = callerPolicies(long)(token, 6000, stage)
    expect(Math.max(...allow.map((text) => `${stage}/${text}`.length))).toBeLessThan(512)
    expect([allow.includes("?*/short"), unsaid.length]).toEqual([true, 1])
  })

  test.each(["first", "last"])("a rule that does not fit costs no other its place: the %s", async (place) => {
    const others = ["/me", "/orders", "/short"].map((path) => ({ path }))
    const long = [{ path: `/${"long".repeat(130)}` }, { path: "/reports/:id" }]
    const refused = Array.from({ length: 80 }, (_, index) => ({
      path: `/reports/${"refused".repeat(6)}-${index}`,
      scopes: ["nobody:has"],
    }))
    const config = configOf([...(place === "first" ? [...long, ...others] : [...others, ...long]), ...refused])
    const { allow, unsaid } = callerPolicies(config)(await callerOf(config, {}), maximumPolicyBytes, stage)
    expect(allow).toEqual(expect.arrayContaining(["?*/me", "?*/orders", "?*/short"]))
    expect(unsaid.map(({ name }) => name)).toEqual(long.map(({ path }) => path))
  })

  test("what is denied is not longer than API Gateway takes, either", async () => {
    const methods = ["GET"]
    const config = configOf([
      { path: "/a/**", methods },
      { path: `/a/${"long".repeat(130)}`, methods, scopes: ["nobody:has"] },
    ])
    const { allow, unsaid } = callerPolicies(config)(await callerOf(config, {}), 6000, stage)
    expect([allow, unsaid.map(({ name }) => name)]).toEqual([[], ["GET /a/**"]])
  })

  test("of more ids than are said, that they are more is named", async () => {
    const where = { "params.id": { oneOf: { claim: "orgs" } } }
    const config = configOf([{ path: "/orgs/:id", methods: ["GET"], where }])
    const orgs = Array.from({ length: 25 }, (_, index) => `o${index}`)
    const { allow, unsaid } = callerPolicies(config)(await callerOf(config, { orgs }), 6000, stage)
    expect([allow.length > 0, unsaid.map(({ name }) => name)]).toEqual([true, ["GET /orgs/:id"]])
  })

  test("what is left out is logged once", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    const config = configOf([{ path: `/${"long".repeat(130)}` }, { path: "/short" }])
    const answer = callerAnswers(config)
    for (const sub of ["alice", "bob"]) answer(await callerOf(config, { sub }), parsedArn("GET/x"))
    expect(warn.mock.calls.map(([line]) => JSON.parse(String(line)).rule)).toEqual([`/${"long".repeat(130)}`])
  })
})

describe("within a time that a call may take", () => {
  test("who owns thousands of things loses some of these, and nothing else", async () => {
    const stores = Array.from({ length: 800 }, (_, index) => `s${index}`)
    const owned = Array.from({ length: 100 }, (_, index) => ({
      path: `/stores/:id/k${index}`,
      where: { "params.id": { oneOf: { claim: "stores" } } },
    }))
    vi.spyOn(console, "warn").mockImplementation(() => {})
    const config = configOf([...owned, { path: "/me" }])
    const { allow, unsaid } = callerPolicies(config)(await callerOf(config, { stores }), 6000, stage)
    expect(allow).toContain("?*/me")
    expect(unsaid.length).toBeGreaterThan(50)
    // Nor are more held against each other where there is room for all.
    const roomy = callerPolicies(config)(await callerOf(config, { stores }), Number.POSITIVE_INFINITY, stage)
    expect(roomy.allow.length).toBeLessThan(300)
  })

  test("what is more than can be looked through is left out, and is named", async () => {
    const long = Array.from({ length: 30 }, (_, index) => `/:p${index}`).join("")
    const own = Array.from({ length: 5 }, (_, index) => ({
      path: `/:id${"/x".repeat(index)}/**`,
      methods: ["GET"],
      where: { "params.id": { oneOf: { claim: "stores" } } },
    }))
    const refused = Array.from({ length: 190 }, (_, index) => ({
      path: `/:id/x/x/x/x/r${index}${long}`,
      methods: ["GET"],
      scopes: ["nobody:has"],
    }))
    const config = configOf([...own, ...refused, { path: "/me", methods: ["GET"] }])
    const stores = Array.from({ length: 20 }, (_, index) => `s${index}`)
    const { allow, unsaid } = callerPolicies(config)(await callerOf(config, { stores }), 6000, stage)
    expect([allow.includes("GET/me"), unsaid.length]).toEqual([true, 5])
  })

  test("nor are thousands of denies held against tens of grants", () => {
    const segment = (literal: string) => ({ segments: [{ literal }], open: true })
    const below = (index: number) => ({ segments: [{ parameter: "id" }, { literal: `r${index}` }], open: false })
    const places = (grants: number) => [
      {
        pattern: { segments: [{ parameter: "id" }], open: true },
        granted: Array.from({ length: grants }, (_, index) => segment(`s${index}`)),
      },
      ...Array.from({ length: 30 }, (_, index) => ({ pattern: below(index), granted: [] })),
    ]
    expect(findSayable(places(60))).toBeNull()
    expect(findSayable(places(10))?.deny).toHaveLength(300)
  })

  test("spellings do not multiply without end", async () => {
    const path = Array.from({ length: 14 }, (_, index) => `/a:${index}|@`).join("")
    const config = configOf([{ path: "/**" }, { path, scopes: ["nobody:has"] }, { path: "/me" }])
    const { allow, unsaid } = callerPolicies(config)(await callerOf(config, {}), Number.POSITIVE_INFINITY, stage)
    expect([allow.includes("?*/me"), unsaid.map(({ name }) => name)]).toEqual([true, ["/**"]])
  })

  test("patterns of many parameters are told apart in steps, not in tries", () => {
    const places = { items: Array.from({ length: 40 }, () => null), open: false }
    const pattern = { segments: Array.from({ length: 60 }, (_, i) => ({ parameter: `p${i}` })), open: false }
    expect(meets({ ...places, items: [...places.items, "end"] }, pattern)).toBe(true)
    const last = { segments: [...pattern.segments, { literal: "other" }], open: false }
    expect(meets({ ...places, items: [...places.items, "end"] }, last)).toBe(false)
  })
})

test("a method of a rule's own is allowed by that rule alone", async () => {
  const said = await documentFor([{ path: "/a" }, { path: "/b", methods: ["PROPFIND"] }], {})
  expect(["GET/a", "PROPFIND/a", "PROPFIND/b", "GET/b"].map(said)).toEqual([true, false, true, false])
})

test("a value that may be escaped or not is pinned in both spellings, and denied in both", async () => {
  const said = await documentFor(
    [
      { path: "/users/:id", where: { "params.id": { equals: { claim: "sub" } } } },
      { path: "/users/a@b", scopes: ["nobody:has"] },
    ],
    { sub: "a@b" },
  )
  expect(["GET/users/a@b", "GET/users/a%40b"].map(said)).toEqual([false, false])
})
