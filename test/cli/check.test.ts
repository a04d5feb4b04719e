import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findLessStrictRules } from "../../cli/check/less-strict-rules.ts"
import { findWarnings, type Known } from "../../cli/check/warnings.ts"
import { type ConfigInput, parseConfig, type RouteInput } from "../../core/index.ts"
import { type CommandFolder, makeCommandFolder, unreadableLines } from "../support/command-folder.ts"
import { makeKey } from "../support/signing-issuer.ts"

const auth0 = {
  issuer: "https://tenant.eu.auth0.com/",
  audiences: ["https://api.example.com"],
  profile: "auth0",
} as const
const other = { issuer: "https://login.example.com/", audiences: ["https://api.example.com"] } as const
const good: ConfigInput = {
  issuers: [auth0],
  routes: [
    { path: "/health", access: "public" },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/me" },
  ],
}

let folder: CommandFolder

beforeAll(async () => {
  folder = await makeCommandFolder()
  await folder.write("authorizer.config.json", good)
})
afterAll(() => folder.remove())

/** Runs `check` on a policy, if one is given, or on the file that the arguments name. */
async function check(args: readonly string[], policy?: unknown, env: Record<string, string> = {}) {
  if (policy === undefined) return folder.run(["check", ...args], { env })
  await folder.write("policy.json", policy)
  return folder.run(["check", "--config", "policy.json", ...args], { env })
}

describe("a policy that is good", () => {
  test("is summed up", async () => {
    const { code, stdout, stderr } = await check(["--strict"], good)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(/Tokens of +https:\/\/tenant\.eu\.auth0\.com\/ for https:\/\/api\.example\.com\n/)
    expect(stdout).toMatch(/Rules +3: 1 public, 1 for any valid token, 1 that asks for more\n/)
    expect(stdout).toMatch(/All else +refused\n/)
    expect(stdout).toContain("✓ No problem, no warning\n")
    expect(unreadableLines(stdout)).toEqual([])
  })

  test("may come from a module, and its issuer from the environment", async () => {
    await folder.write("policy.mjs", "export default {}")
    const env = { ISSUER: other.issuer, AUDIENCE: "a" }
    const { code, stdout, stderr } = await check(["--config", "policy.mjs"], undefined, env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(/https:\/\/login\.example\.com\/ for a\nRules +none\nAll else +any valid token/)
  })

  test("needs no issuer to be checked", async () => {
    const { code, stdout, stderr } = await check([], { routes: good.routes })
    expect(code).toBe(0)
    expect(stdout).toContain("https://issuer.example/")
    expect(stderr).toMatch(/^No issuer is named: https:\/\/issuer\.example\/ stands in/)
    expect(unreadableLines(stderr)).toEqual([])
  })

  test("is JSON where that is asked for", async () => {
    const { stdout } = await check(["--json"], good)
    expect(JSON.parse(stdout)).toEqual({
      problems: [],
      warnings: [],
      summary: {
        issuers: [{ issuer: auth0.issuer, audiences: auth0.audiences }],
        rules: 3,
        publicRules: 1,
        anyTokenRules: 1,
        reportRules: 0,
        unmatched: "refused",
      },
    })
  })
})

describe("a policy with problems", () => {
  const bad = { issuers: [{ ...auth0, audiences: [] }], routes: [{ path: "orders" }, { path: "/a", scope: "b" }] }
  const paths = ["issuers[0].audiences", "routes[0].path", "routes[1].scope"]

  test("is shown each of them, and ends with 1", async () => {
    const { code, stdout, stderr } = await check([], bad)
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    for (const path of paths) expect(stdout).toContain(`✗  ${path}`)
    expect(stdout).toContain("✗ 3 problems\n")
    expect(unreadableLines(stdout)).toEqual([])
  })

  test("is JSON where that is asked for", async () => {
    const { code, stdout } = await check(["--json"], bad)
    expect(code).toBe(1)
    const { problems, summary } = JSON.parse(stdout)
    expect(problems.map(({ path }: { path: string }) => path)).toEqual(paths)
    expect(summary).toBeNull()
  })

  test("has them from the environment, too", async () => {
    const { code, stdout } = await check([], { routes: [] }, { AUTH0_DOMAIN: "tenant.eu.auth0.com" })
    expect(code).toBe(1)
    expect(stdout).toMatch(/✗ +AUTH0_AUDIENCE +required/)
  })
})

test.each<[string, string, RegExp]>([
  ["no JSON", "routes: []", /^policy\.json:1:1: is not JSON: Unexpected token/],
  ["an unquoted value", '{\n  "routes": [\n    { "path": /a }]}', /^policy\.json:3:15: is not JSON: Unexpected token/],
  ["a comma too many", '{\n "routes": [1,]\n}', /^policy\.json:2:15: is not JSON/],
  ["an end too early", '{\n "routes": [', /^policy\.json:2:13: is not JSON/],
  ["a text that doesn't end", '{\n "routes', /^policy\.json:2:\d+: is not JSON/],
  ["something behind it", "{} {}", /^policy\.json:1:4: is not JSON/],
  ["a comment", '{ // why\n "routes": [] }', /^policy\.json:1:3: is not JSON/],
  ["a name that stands twice", '{ "routes": [{}], "routes": [] }', /^policy\.json: .*no name twice/],
  ["a list", "[]", /^policy\.json: must be one JSON object/],
])("tells where a JSON file can't be read: %s", async (_name, content, message) => {
  const { code, stdout, stderr } = await check([], content)
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatch(message)
  expect(stderr.trimEnd()).not.toContain("\n")
})

test.each<[string, readonly string[], RegExp]>([
  ["no file of the usual name", [], /^authorizer\.config\.ts: .*--config, such as authorizer\.config\.json\n$/],
  ["no such OpenAPI document", ["--config", "authorizer.config.json", "--openapi", "no.yaml"], /^no\.yaml: /],
  ["an option that there isn't", ["--scope", "a"], /unknown option '--scope'/],
])("ends with 2 for %s", async (_name, args, message) => {
  const { code, stdout, stderr } = await check(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatch(message)
})

test("shows no token that was typed in the wrong place", async () => {
  const token = `eyJ${"a".repeat(30)}.eyJ${"b".repeat(30)}.${"c".repeat(30)}`
  for (const args of [[`--confg=${token}`], ["--config", token], ["--openapi", token]]) {
    const { code, stdout, stderr } = await check(args)
    expect(code).toBe(2)
    for (const part of ["aaaaa", "bbbbb", "ccccc"]) expect(stdout + stderr).not.toContain(part)
  }
})

describe("a warning", () => {
  test("is no problem, but for --strict", async () => {
    const policy = { ...good, unmatched: "authenticated" }
    const { code, stdout } = await check([], policy)
    expect(code).toBe(0)
    expect(stdout).toMatch(/! +unmatched +what no rule covers is open to any valid token/)
    expect(stdout).toMatch(/→ write a rule for each path/)
    expect(stdout).toContain("✓ No problem, 1 warning\n")
    expect(unreadableLines(stdout)).toEqual([])
    expect(await check(["--strict"], policy)).toMatchObject({ code: 1, stdout })
  })

  test("is for scopes that the API defines and no rule asks for, and for the reverse", async () => {
    const { stdout } = await check(["--json", "--scopes", "write:orders read:all,"], good)
    expect(JSON.parse(stdout).warnings).toMatchObject([
      { path: "--scopes", message: "no rule asks for the scope write:orders" },
      { path: "--scopes", message: "no rule asks for the scope read:all" },
      { path: "routes[1]", message: "asks for the scope read:orders, which the API doesn't define" },
    ])
  })

  test("is for scopes that an OpenAPI document defines", async () => {
    await folder.write(
      "openapi.yaml",
      `
openapi: 3.1.0
components:
  securitySchemes:
    login: { type: oauth2, flows: { clientCredentials: { tokenUrl: /token, scopes: { "read:orders": "", "admin": "" } } } }
    oidc: { type: openIdConnect, openIdConnectUrl: https://login.example.com/ }
paths:
  /me: { get: { security: [{ oidc: [profile] }, { login: ["not:defined"] }] } }
`,
    )
    const { stdout } = await check(["--json", "--openapi", "openapi.yaml"], good)
    expect(JSON.parse(stdout).warnings).toMatchObject([
      { path: "openapi.yaml", message: "no rule asks for the scope admin" },
      { path: "openapi.yaml", message: "no rule asks for the scope profile" },
    ])
  })

  const now = Date.UTC(2026, 9, 1)
  const rsa = makeKey("rsa", { kid: "a" }).jwk
  const pinned = (issuer: string, daysAgo: number) => ({
    pinnedKeys: { issuers: [{ issuer, fetchedAt: now - daysAgo * 86_400_000, keys: [rsa] }] },
  })
  const clientId = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"

  test.each<[string, ConfigInput, string, RegExp, Partial<Known>?]>([
    [
      "an audience like a client id of Auth0's",
      { issuers: [{ ...auth0, audiences: ["https://api.example.com", clientId] }] },
      "issuers[0].audiences",
      /^"AbCd.*" looks like the id of a client$/,
    ],
    [
      "an audience that a rule knows as a client",
      {
        issuers: [{ ...auth0, audiences: ["spa"] }],
        routes: [{ path: "/a", anyOf: [{ claims: { azp: { oneOf: ["app", "spa"] } } }, { scopes: ["a"] }] }],
      },
      "issuers[0].audiences",
      /^"spa" is the id of a client$/,
    ],
    [
      "an audience that somebody knows as a client",
      { issuers: [{ ...auth0, audiences: ["spa"] }] },
      "issuers[0].audiences",
      /^"spa" is the id of a client$/,
      { clientIds: ["spa"] },
    ],
    [
      "an audience like a client id, in the environment",
      {},
      "AUTH0_AUDIENCE",
      /looks like the id of a client$/,
      { environment: { AUTH0_DOMAIN: "tenant.eu.auth0.com", AUTH0_AUDIENCE: clientId } },
    ],
    [
      "Auth0 without its slash",
      { issuers: [{ ...auth0, issuer: "https://tenant.eu.auth0.com" }] },
      "issuers[0].issuer",
      /slash/,
    ],
    ["Auth0 with another profile", { issuers: [{ ...auth0, profile: "oidc" }] }, "issuers[0].profile", /is "oidc"$/],
    [
      "Entra ID's place for all tenants",
      { issuers: [{ ...other, issuer: "https://login.microsoftonline.com/common/v2.0" }] },
      "issuers[0].issuer",
      /no token has it as its iss$/,
    ],
    [
      "scopes in another claim",
      {
        issuers: [{ ...other, issuer: "https://dev.okta.com/oauth2/default" }],
        routes: [{ path: "/a", scopes: ["a"] }],
      },
      "issuers[0].scopeClaim",
      /Okta writes into the claim scp/,
    ],
    [
      "an issuer on this machine",
      { issuers: [{ ...other, issuer: "http://localhost:3000/" }] },
      "issuers[0].issuer",
      /plain http$/,
    ],
    [
      "keys of a stranger",
      { issuers: [other], ...pinned("https://a.example/", 0) },
      "pinnedKeys.issuers[0]",
      /no issuer of/,
    ],
    ["keys of long ago", { issuers: [other], ...pinned(other.issuer, 8) }, "pinnedKeys.issuers[0]", /8 days ago/],
    [
      "keys for another algorithm",
      { issuers: [{ ...other, algorithms: ["ES256"] }], ...pinned(other.issuer, 0) },
      "pinnedKeys.issuers[0]",
      /is for ES256/,
    ],
    [
      "a rule that only reports",
      { issuers: [other], routes: [{ path: "/a", report: true }] },
      "routes[0].report",
      /"\/a" only reports/,
    ],
    [
      "everything public",
      { issuers: [other], routes: [{ path: "/**", access: "public" }] },
      "routes[0]",
      /opens every path/,
    ],
    [
      "a public folder that is written to",
      { issuers: [other], routes: [{ path: "/files/**", access: "public" }] },
      "routes[0]",
      /for methods that write$/,
    ],
    [
      "a requirement that nobody asks for",
      {
        issuers: [other],
        requirements: { a: { scopes: ["a"] }, b: { allOf: ["a"] } },
        routes: [{ path: "/", allOf: ["a"] }],
      },
      "requirements.b",
      /^no rule asks for it$/,
    ],
    [
      "a rule that opens what another closes",
      {
        issuers: [other],
        routes: [
          { path: "/admin/**", scopes: ["admin"] },
          { path: "/admin/help", access: "public" },
        ],
      },
      "routes[1]",
      /^"\/admin\/help" is public, and takes requests from "\/admin\/\*\*", which asks for scope admin$/,
    ],
  ])("is for %s", (_name, policy, path, message, known = {}) => {
    expect(warningsOf(policy, known)).toEqual([
      { path, message: expect.stringMatching(message), remedy: expect.any(String) },
    ])
  })

  test.each<[string, ConfigInput, Partial<Known>?]>([
    [
      "Entra ID's audience, which is a client id for once",
      { issuers: [{ ...other, audiences: ["6e74172b-be56-4843-9ff4-e66a39bb12e3"] }] },
    ],
    ["a client that is no audience", { issuers: [auth0] }, { clientIds: ["spa"] }],
    ["Okta where no rule asks for scopes", { issuers: [{ ...other, issuer: "https://dev.okta.com/oauth2/default" }] }],
    [
      "Okta with its claim",
      {
        issuers: [{ ...other, issuer: "https://dev.okta.com/", scopeClaim: "scp" }],
        routes: [{ path: "/a", scopes: ["a"] }],
      },
    ],
    ["pinned keys of this week", { issuers: [other], ...pinned(other.issuer, 6) }],
    [
      "a public folder that is read",
      { issuers: [other], routes: [{ path: "/docs/**", methods: ["GET"], access: "public" }] },
    ],
    ["a policy without rules", { issuers: [other] }],
    [
      "a requirement within a requirement",
      {
        issuers: [other],
        requirements: { a: { scopes: ["a"] }, b: { allOf: ["a"] } },
        routes: [{ path: "/", anyOf: ["b"] }],
      },
    ],
  ])("is not for %s", (_name, policy, known = {}) => {
    expect(warningsOf(policy, known)).toEqual([])
  })

  function warningsOf(policy: ConfigInput, known: Partial<Known>) {
    const all = { environment: {}, definedScopes: [], clientIds: [], authorizers: [], now, ...known }
    return findWarnings(policy, parseConfig(policy, all.environment), all)
  }
})

test("a public rule takes nothing from one of its path that names its methods", async () => {
  const routes: RouteInput[] = [
    { path: "/a", methods: ["GET"] },
    { path: "/a", access: "public" },
  ]
  await folder.write("methods.json", { issuers: [other], routes })
  const { code, stdout } = await folder.run(["check", "--config", "methods.json", "--json"])
  expect({ code, warnings: JSON.parse(stdout).warnings }).toEqual({ code: 0, warnings: [] })
})

test("what is no policy is said to be none", async () => {
  for (const content of ["export default []", "export default () => ({})"]) {
    await folder.write("none.mjs", content)
    const { code, stdout } = await folder.run(["check", "--config", "none.mjs"])
    expect([content, code, stdout.replaceAll(/\s+/g, " ")]).toEqual([
      content,
      1,
      expect.stringContaining("must be an object"),
    ])
  }
})

test("a promise of a policy is none", async () => {
  await folder.write("promise.mjs", "export default Promise.resolve({})")
  const { code, stderr } = await folder.run(["check", "--config", "promise.mjs"])
  expect({ code, stderr }).toEqual({ code: 2, stderr: "promise.mjs: exports a promise; export the policy itself\n" })
})

test("rules that cross by the thousand are told in a hundred", async () => {
  const routes = Array.from({ length: 200 }, (_, i) => (i % 2 ? { path: `/a/:x/b${i}` } : { path: `/a/c${i}/:y` }))
  await folder.write("crossing.json", { issuers: [other], routes })
  const { code, stdout } = await folder.run(["check", "--config", "crossing.json"])
  expect(code).toBe(1)
  expect(stdout).toContain("101 problems")
  expect(unreadableLines(stdout)).toEqual([])
})

test("a file that defines no scopes is not taken for an OpenAPI document", async () => {
  await folder.write("policy.json", good)
  await folder.write("empty.yaml", "")
  const { code, stderr } = await folder.run(["check", "--config", "policy.json", "--openapi", "empty.yaml"])
  expect(code).toBe(2)
  expect(stderr).toContain("empty.yaml")
})

describe("a rule that asks for less than the next in line", () => {
  const admin: RouteInput = { path: "/admin/**", scopes: ["admin", "write"], principal: "user" }
  test.each<[string, readonly RouteInput[], readonly string[]]>([
    ["is public", [admin, { path: "/admin/a", access: "public" }], ["/admin/a < /admin/**"]],
    ["asks for any token", [admin, { path: "/admin/:id" }], ["/admin/:id < /admin/**"]],
    ["asks for a part", [admin, { path: "/admin/a/**", scopes: ["admin"] }], ["/admin/a/** < /admin/**"]],
    [
      "asks for one of several",
      [
        { path: "/a/**", scopes: ["x"] },
        { path: "/a/b", anyScope: ["x", "y"] },
      ],
      ["/a/b < /a/**"],
    ],
    [
      "has one more alternative",
      [
        { path: "/a/**", anyScope: ["x", "y"] },
        { path: "/a/b", anyScope: ["x", "y", "z"] },
      ],
      ["/a/b < /a/**"],
    ],
    ["leaves a condition out", [admin, { path: "/admin/a", scopes: ["write", "admin"] }], ["/admin/a < /admin/**"]],
    [
      "names its methods",
      [
        { path: "/a", scopes: ["x"] },
        { path: "/a", methods: ["GET"] },
      ],
      ["GET /a < /a"],
    ],
    [
      "stands below the folder's own",
      [admin, { path: "/admin/a/**", scopes: ["x"] }, { path: "/admin/a/b" }],
      ["/admin/a/b < /admin/a/**"],
    ],
    [
      "has a general one of some methods",
      [{ path: "/a/**", methods: ["PUT"], scopes: ["x"] }, { path: "/a/b" }],
      ["/a/b < PUT /a/**"],
    ],
    ["is the folder itself", [admin, { path: "/admin" }], ["/admin < /admin/**"]],
    [
      "has alternatives next to it",
      [{ path: "/a/:x", scopes: ["x"] }, { path: "/a/**" }, { path: "/a/b" }],
      ["/a/b < /a/:x"],
    ],
  ])("is found where it %s", (_name, routes, found) => {
    expect(lessStrict(routes)).toEqual(found)
  })

  test.each<[string, readonly RouteInput[]]>([
    ["asks for the same", [admin, { ...admin, path: "/admin/a" }]],
    [
      "asks for the same in other words",
      [
        { path: "/a/**", scopes: ["x", "y"] },
        { path: "/a/b", allOf: [{ scopes: ["y"] }], scopes: ["x"] },
      ],
    ],
    ["asks for more", [admin, { ...admin, path: "/admin/a", permissions: ["p"] }]],
    ["asks for something else", [admin, { path: "/admin/a", permissions: ["p"] }]],
    [
      "asks for one of fewer",
      [
        { path: "/a/**", anyScope: ["x", "y"] },
        { path: "/a/b", anyScope: ["x"] },
      ],
    ],
    ["lies elsewhere", [admin, { path: "/orders/a", access: "public" }]],
    [
      "takes other methods",
      [
        { path: "/a/**", methods: ["PUT"], scopes: ["x"] },
        { path: "/a/b", methods: ["GET"] },
      ],
    ],
    [
      "lies in what is public",
      [
        { path: "/a/**", access: "public" },
        { path: "/a/b", access: "public" },
      ],
    ],
  ])("is not where it %s", (_name, routes) => {
    expect(lessStrict(routes)).toEqual([])
  })

  function lessStrict(routes: readonly RouteInput[]) {
    const { rules } = parseConfig({ issuers: [other], routes })
    return findLessStrictRules(rules).map(({ rule, general }) => `${rule.name} < ${general.name}`)
  }
})

test("tells how it is used", async () => {
  const { code, stdout } = await check(["--help"])
  expect(code).toBe(0)
  expect(stdout).toContain("Examples:\n  edge-authorizer check\n")
  for (const option of ["--config", "--scopes", "--openapi", "--client-id", "--strict", "--json"])
    expect(stdout).toContain(option)
})
