import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { CommandError } from "../../cli/command-error.ts"
import { readTestFile } from "../../cli/test/test-file.ts"
import { isAsExpected, rulesAsked, runExpectations } from "../../cli/test/test-result.ts"
import { readTime } from "../../cli/test/test-time.ts"
import { parseConfig } from "../../core/index.ts"
import shop from "../../examples/shop/authorizer.config.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "test-command-"))
})
afterEach(() => rm(folder, { recursive: true }))

/** Runs `edge-authorizer test` in the folder. */
async function run(args: readonly string[] = [], env: Record<string, string> = {}) {
  const command = [join(root, "cli/index.ts"), "test", ...args]
  const running = promisify(execFile)(process.execPath, command, { cwd: folder, env })
  const ended = await running.catch((error: { code: number; stdout: string; stderr: string }) => error)
  return { code: "code" in ended ? ended.code : 0, stdout: ended.stdout, stderr: ended.stderr }
}
const write = (file: string, text: string) => writeFile(join(folder, file), text)

const policy = `
export default {
  issuers: [{ issuer: "https://issuer.example/", audiences: ["https://api.example"] }],
  routes: [
    { path: "/health", access: "public" },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders", methods: ["POST"], anyScope: ["write:orders", "admin"] },
    { path: "/refunds", stepUp: { acr: ["gold", "silver"], maxAgeSeconds: 300 } },
    { path: "/search", where: { "query.org": { equals: { claim: "org_id" } }, "headers.x-tenant": { equals: "acme" } } },
    { path: "/beta", scopes: ["beta"], report: true },
  ],
}`

describe("the example", () => {
  const file = join(root, "examples/shop/authorizer.tests.yaml")
  const config = parseConfig(shop)

  test("passes, and asks for every rule", async () => {
    const { code, stdout, stderr } = await run([file, "--coverage"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const [, passed, rules] = /^(\d+) passed, 0 failed of \1\n(\d+) of \2 rules were asked\n/.exec(stdout) ?? []
    expect(Number(passed)).toBeGreaterThanOrEqual(60)
    expect(Number(rules)).toBeGreaterThanOrEqual(25)
  })

  test("fails where one expectation is another", async () => {
    await cp(join(root, "examples/shop"), folder, { recursive: true })
    const text = await readFile(file, "utf8")
    await write(
      "changed.yaml",
      text.replace(/(alice {2}GET {5}\/orgs\/org_globex\/invoices +)requirement_unmet/, "$1allow"),
    )
    const { code, stdout } = await run(["changed.yaml", "--config", join(root, "examples/shop/authorizer.config.ts")])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^FAILED alice GET \/orgs\/org_globex\/invoices \(changed\.yaml:\d+\)\n/)
    expect(stdout).toMatch(/\d+ passed, 1 failed of \d+/)
  })

  test("no expectation of it would pass for another decision", async () => {
    const { expectations } = await readTestFile(file, Date.now())
    const results = await runExpectations(expectations, config)
    for (const { decision, expectation } of results) {
      const { expected } = expectation
      const other =
        expected.outcome === "allow"
          ? ({ outcome: "refuse", reason: "route_unknown" } as const)
          : ({ outcome: "allow" } as const)
      expect(isAsExpected(decision, expected)).toBe(true)
      expect(isAsExpected(decision, other)).toBe(false)
    }
  })

  // What is expected would be worth little if a rule could be emptied without anybody noticing.
  const asking = (shop.routes ?? []).flatMap(({ path, methods, access, report, ...asked }, index) =>
    Object.keys(asked).length > 0 ? [[`${methods?.join() ?? "any"} ${path}`, index] as const] : [],
  )
  test.each(asking)("would notice if this rule asked for nothing: %s", async (_, index) => {
    const routes = (shop.routes ?? []).map((route, at) =>
      at === index ? { path: route.path, methods: route.methods, report: route.report } : route,
    )
    const { expectations } = await readTestFile(file, Date.now())
    const results = await runExpectations(expectations, parseConfig({ ...shop, routes }))
    expect(results.filter(({ passed }) => !passed)).not.toEqual([])
  })
})

describe("what is expected", () => {
  test("passes, in each way of writing it", async () => {
    await write("policy.mjs", policy)
    await write(
      "tests.yaml",
      `
policy: policy.mjs
at: 2026-01-15T09:00:00Z
tokens:
  reader: { sub: r, scope: read:orders, org_id: acme }
expectations:
  - none GET /health allow
  - reader   GET   /orders?page=2&x=a+b   allow
  - { token: none, request: GET /orders, expect: credentials_missing }
  - { request: GET /orders, expect: credentials_missing }
  - { claims: {}, request: GET /orders, expect: { refuse: scope_insufficient, scope: [read:orders] } }
  - { token: reader, claims: { scope: admin }, requests: [POST /orders, GET /health], expect: allow, name: an admin }
  - { token: reader, request: POST /orders, expect: { refuse: scope_insufficient, scope: [write:orders], rule: POST /orders } }
  - { token: reader, request: GET /orders, expect: { allow: true, rule: GET /orders } }
  - { token: reader, claims: { acr: gold, auth_time: 5m ago }, request: GET /refunds, expect: allow }
  - { token: reader, claims: { acr: gold, auth_time: 2026-01-15T08:54:54Z }, request: GET /refunds,
      expect: { refuse: authentication_insufficient, maxAge: 300, acrValues: [silver, gold] } }
  - { token: reader, claims: { acr: gold, auth_time: 1768467600 }, at: in 4m, request: GET /refunds, expect: allow }
  - { token: reader, claims: { acr: gold, auth_time: 1768467600 }, at: in 6m, request: GET /refunds,
      expect: authentication_insufficient }
  - token: reader
    requests:
      - { method: GET, path: /search, query: org=acme }
      - { method: GET, path: /search, query: { org: acme, q: a b }, headers: { X-Tenant: acme } }
    headers: { x-tenant: acme }
    expect: allow
  - { token: reader, request: GET /search?org=acme, expect: requirement_unmet }
  - { token: reader, request: { method: GET, path: /search, query: { org: globex } }, headers: { x-tenant: acme }, expect: requirement_unmet }
  - { token: reader, request: GET /beta, expect: { allow: true }, reported: scope_insufficient }
  - { request: GET /health, headers: { authorization: Bearer }, expect: allow }
  - { request: GET /orders, headers: { authorization: Bearer }, expect: credentials_malformed }
  - reader GET /or%64ers allow
  - reader GET /orders/../health path_ambiguous
  - reader TRACE /orders route_unknown
`,
    )
    const { code, stdout, stderr } = await run(["tests.yaml"])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `23 passed, 0 failed of 23
6 of 6 rules were asked
1 allowed by a rule that only reports what it would refuse
`,
      stderr: "",
    })
  })

  const failing = [
    ["reader GET /orders scope_insufficient", "allow, by the rule GET /orders"],
    ["none GET /orders allow", "refuse, credentials_missing, by the rule GET /orders"],
    ["reader POST /orders credentials_missing", "refuse, scope_insufficient, by the rule POST /orders"],
    ["reader GET /nowhere allow", "refuse, route_unknown, no rule covers it"],
    ["{ token: reader, request: GET /orders, expect: { allow: true, rule: POST /orders } }", "allow, by the rule GET"],
    [
      "{ token: reader, request: POST /orders, expect: { refuse: scope_insufficient, scope: [admin] } }",
      "refuse, scope",
    ],
    ["{ token: reader, request: GET /refunds, expect: { refuse: authentication_insufficient, maxAge: 60 } }", "refuse"],
    [
      "{ token: reader, request: GET /refunds, expect: { refuse: authentication_insufficient, acrValues: [gold] } }",
      "",
    ],
    ["{ token: reader, request: GET /orders, expect: allow, reported: scope_insufficient }", "allow, by the rule"],
    ["{ token: reader, request: GET /beta, expect: allow, reported: token_expired }", "allow, reported: scope_insuff"],
  ] as const

  test("fails where it is decided otherwise", async () => {
    await write("policy.mjs", policy)
    const lines = failing.map(([expectation]) => `  - ${expectation}`)
    await write("tests.yaml", ["tokens: { reader: { scope: read:orders } }", "expectations:", ...lines].join("\n"))
    const { code, stdout } = await run(["tests.yaml", "--config", "policy.mjs"])
    expect(code).toBe(1)
    expect([...stdout.matchAll(/^FAILED .* \(tests\.yaml:(\d+)\)$/gm)].map(([, line]) => Number(line))).toEqual(
      failing.map((_, index) => index + 3),
    )
    const decided = [...stdout.matchAll(/^ {2}decided +(.*)$/gm)].map(([, text]) => text)
    expect(decided).toEqual(failing.map(([, text]) => expect.stringContaining(text)))
    expect(stdout).toContain("\n0 passed, 10 failed of 10\n")
  })

  test("is told with why, and with what would have been enough, on lines that fit", async () => {
    await write("authorizer.config.mjs", policy)
    await write("authorizer.tests.yml", `expectations:\n  - { claims: {}, request: GET /orders, expect: allow }\n`)
    const { stdout } = await run(["--config", "authorizer.config.mjs"])
    expect(stdout).toMatch(
      new RegExp(
        [
          "^FAILED these claims GET /orders \\(authorizer\\.tests\\.yml:2\\)",
          "  asked +GET /orders with these claims",
          "  expected +allow",
          "  decided +refuse, scope_insufficient, by the rule GET /orders",
          "  because +.*",
          "  enough +.*scope read:orders",
          "",
          "0 passed, 1 failed of 1",
          "1 of 6 rules were asked, not:",
          "  /health",
          "  POST /orders",
          "  /refunds",
          "  /search",
          "  /beta",
          "$",
        ].join("\n"),
      ),
    )
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([])
  })
})

describe("files", () => {
  test("lie beside the policy, unless they are named", async () => {
    await mkdir(join(folder, "api"))
    await write("api/policy.mjs", policy)
    await write("api/authorizer.tests.json", `{ "expectations": ["none GET /health allow"] }`)
    const { code, stdout } = await run(["--config", "api/policy.mjs"])
    expect({ code, first: stdout.split("\n")[0] }).toEqual({ code: 0, first: "1 passed, 0 failed of 1" })
  })

  test("may be several, and of several policies; --config names another for all", async () => {
    await write("one.mjs", policy)
    await write(
      "two.mjs",
      `export default { issuers: [{ issuer: "https://i.example/", audiences: ["a"] }], routes: [] }`,
    )
    await write("one.yaml", "policy: one.mjs\nexpectations: [none GET /health allow]")
    await write("two.yaml", "policy: two.mjs\nexpectations: [none GET /health route_unknown]")
    const both = await run(["one.yaml", "two.yaml"])
    expect(both.code).toBe(0)
    expect(both.stdout).toContain("2 passed, 0 failed of 2\n1 of 6 rules were asked of one.mjs, not:\n")
    expect(both.stdout).toContain("0 of 0 rules were asked of two.mjs\n")
    expect(await run(["one.yaml", "two.yaml", "--config", "one.mjs"])).toMatchObject({ code: 1 })
  })

  test("say what they hold as JSON, too, without the headers that were sent", async () => {
    await write("policy.mjs", policy)
    await write(
      "tests.yaml",
      `policy: policy.mjs
expectations:
  - { request: GET /orders, headers: { authorization: Basic secret }, expect: allow }
  - none GET /health allow
`,
    )
    const { code, stdout } = await run(["tests.yaml", "--json"])
    expect(code).toBe(1)
    expect(stdout).not.toContain("secret")
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 1,
      policies: [
        {
          policy: "policy.mjs",
          rules: { asked: ["/health", "GET /orders"], unasked: ["POST /orders", "/refunds", "/search", "/beta"] },
          results: [
            {
              name: "none GET /orders",
              place: "tests.yaml:3",
              passed: false,
              request: { method: "GET", path: "/orders" },
              expected: { outcome: "allow" },
              decision: { outcome: "refuse", reason: "credentials_missing" },
            },
            { name: "none GET /health", passed: true },
          ],
        },
      ],
    })
  })

  test("need no issuer, real or named", async () => {
    await write("policy.json", `{ "routes": [{ "path": "/orders", "scopes": ["read:orders"] }] }`)
    await write(
      "tests.yaml",
      "policy: policy.json\nexpectations: [{ claims: { scope: read:orders }, request: GET /orders, expect: allow }]",
    )
    expect(await run(["tests.yaml"])).toMatchObject({ code: 0, stderr: expect.stringMatching(/issuer\.example/) })
    const env = { AUTH0_DOMAIN: "tenant.eu.auth0.com", AUTH0_AUDIENCE: "https://api.example" }
    expect(await run(["tests.yaml"], env)).toMatchObject({ code: 0, stderr: "" })
  })

  test("have to reach every rule under --coverage", async () => {
    await write("policy.mjs", policy)
    await write("tests.yaml", "policy: policy.mjs\nexpectations: [none GET /health allow]")
    expect(await run(["tests.yaml"])).toMatchObject({ code: 0 })
    expect(await run(["tests.yaml", "--coverage"])).toMatchObject({ code: 1 })
  })

  test.each<[string, readonly RegExp[]]>([
    ["expectations: [\n  none GET /health allow", [/^tests\.yaml:2: /]],
    ["expectations: []", [/:1: expectations: must be a list of expectations, at least one$/]],
    ["at: now", [/:1: expectations: required; a list such as/]],
    ["- none GET /health allow", [/:1: /]],
    ["", [/:1: /]],
    [
      "expectations:\n  - none GET /health\n  - none GET health allow\n  - 7",
      [
        /:2: expectations\[0\]: must be a token, a method, a path/,
        /:3: expectations\[1\]: /,
        /:4: expectations\[2\]: must be an object/,
      ],
    ],
    [
      "expectations:\n  - none GET /health maybe",
      [/:2: expectations\[0\]\.expect: "maybe" is no reason to refuse; there are .*route_unknown/],
    ],
    ["expectations:\n  - none GET /health keys_unreachable", [/"keys_unreachable" is no reason to refuse/]],
    [
      "expectations:\n  - alice GET /health allow",
      [/:2: expectations\[0\]\.token: there is no token named "alice"; there are: none$/],
    ],
    [
      "expectations:\n  - none GET /health allow\nexpectation: []",
      [/:3: expectation: unknown key; there are .*expectations$/],
    ],
    [
      "expectations:\n  - request: GET /health\n    expects: allow",
      [
        /:2: expectations\[0\]\.expect: required; allow, a reason/,
        /:3: expectations\[0\]\.expects: unknown key; there are name, token/,
      ],
    ],
    ["expectations:\n  - expect: allow", [/:2: expectations\[0\]: must have either a request or a list of requests$/]],
    ["expectations:\n  - { request: GET /, requests: [GET /], expect: allow }", [/must have either/]],
    ["expectations:\n  - { request: GET /, expect: {} }", [/expect: must say either \{ allow: true \} or/]],
    [
      "expectations:\n  - { request: GET /, expect: { allow: true, scope: [a] } }",
      [/expect: scope, acrValues and maxAge/],
    ],
    ["expectations:\n  - { request: GET /, expect: { allow: false } }", [/expect\.allow: must be true/]],
    [
      "expectations:\n  - { request: GET /, expect: route_unknown, reported: route_unknown }",
      [/reported is what a rule/],
    ],
    ["expectations:\n  - { request: { method: GET }, expect: allow }", [/request\.path: required/]],
    ["expectations:\n  - { request: { method: GET, path: /a?b }, expect: allow }", [/request\.path: .*query/]],
    [
      "expectations:\n  - { token: none, claims: {}, request: GET /, expect: allow }",
      [/claims: no token has no claims/],
    ],
    ["at: soon\nexpectations: [none GET / allow]", [/^tests\.yaml:1: at: "soon" is no time/]],
    [
      "expectations:\n  - { claims: { exp: later }, request: GET /, expect: allow }",
      [/:2: expectations\[0\]: exp: "later" is no time/],
    ],
    [
      "expectations:\n  - { claims: {}, headers: { Authorization: x }, request: GET /, expect: allow }",
      [/has a token, and an authorization header as well/],
    ],
    ["a: &a [1]\nexpectations: *b", [/^tests\.yaml: Unresolved alias.*: b$/]],
  ])("that can't be read are told of by line and path: %j", async (text, messages) => {
    await write("tests.yaml", text)
    const error = await readTestFile(join(folder, "tests.yaml"), 0).catch((failure: unknown) => failure)
    if (!(error instanceof CommandError)) throw error
    const lines = error.message.split("\n").map((line) => line.replace(`${folder}/`, ""))
    for (const message of messages) expect(lines).toContainEqual(expect.stringMatching(message))
  })

  test.each<[string, readonly string[], RegExp]>([
    ["no file of expectations", ["none.yaml"], /^none\.yaml: there is no such file\n$/],
    [
      "none beside the policy",
      ["--config", "policy.mjs"],
      /^authorizer\.tests\.yaml: there is no such file; name a file/,
    ],
    ["mistakes in it", ["broken.yaml"], /^broken\.yaml:2: expectations\[0\]\.expect: required/],
    ["no policy", ["tests.yaml"], /^nowhere\.mjs: there is no such file; name the policy with --config\n$/],
    [
      "a policy with mistakes",
      ["tests.yaml", "--config", "wrong.mjs"],
      /^authorizer\.config: routes\[0\]\.path: required/,
    ],
    ["an option that is none", ["--strict"], /unknown option '--strict'/],
  ])("end with 2: %s", async (_, args, message) => {
    await write("policy.mjs", policy)
    await write(
      "wrong.mjs",
      "export default { issuers: [{ issuer: 'https://i.example/', audiences: ['a'] }], routes: [{}] }",
    )
    await write("broken.yaml", "expectations:\n  - request: GET /")
    await write("tests.yaml", "policy: nowhere.mjs\nexpectations: [none GET / allow]")
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(message)
  })
})

test("rules that no request came to are told by name", async () => {
  const config = parseConfig({
    issuers: [{ issuer: "https://i.example/", audiences: ["a"] }],
    routes: [{ path: "/a", access: "public" }, { path: "/b" }],
  })
  const expectation = {
    name: "",
    place: "",
    token: "none",
    claims: null,
    at: 0,
    expected: { outcome: "allow" },
  } as const
  const results = await runExpectations(
    [{ ...expectation, request: { method: "GET", path: "/a", headers: {} } }],
    config,
  )
  expect(rulesAsked(results, config)).toEqual({ asked: ["/a"], unasked: ["/b"] })
})

test.each<[string, number | null]>([
  ["2026-01-15T09:00:00Z", 1_768_467_600_000],
  ["2026-01-15T10:00+01:00", 1_768_467_600_000],
  ["5m ago", 1_000_000 - 300_000],
  ["30 s ago", 1_000_000 - 30_000],
  ["in 2h", 1_000_000 + 7_200_000],
  ["in 1d", 1_000_000 + 86_400_000],
  ["5m", null],
  ["in 5m ago", null],
  ["2026-01-15", null],
  ["2026-13-15T09:00:00Z", null],
  ["now", null],
])("%s is the time %s", (text, time) => {
  expect(readTime(text, 1_000_000)).toBe(time)
})
