import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { offlineAuthorizer } from "../../cli/caller/offline.ts"
import { type ImportOptions, rulesOfOpenApi } from "../../cli/openapi/openapi-rules.ts"
import { type ConfigInput, parseConfig } from "../../core/index.ts"

const issuers = [
  { issuer: "https://issuer.example/", audiences: ["https://api.example"], algorithms: ["ES256"] },
] as const
const asWritten: ImportOptions = {
  basePath: null,
  bearerSchemes: [],
  optionalIsPublic: false,
  undeclaredIsPublic: false,
}

const securitySchemes = {
  login: { type: "oauth2", flows: { authorizationCode: { scopes: { a: "", b: "" } } } },
  other: { type: "openIdConnect", openIdConnectUrl: "https://issuer.example/.well-known/openid-configuration" },
  bearer: { type: "http", scheme: "Bearer" },
  key: { type: "apiKey", in: "header", name: "X-Key" },
  basic: { type: "http", scheme: "basic" },
  tls: { type: "mutualTLS" },
  linked: { $ref: "#/components/securitySchemes/login" },
  elsewhere: { $ref: "schemes.yaml#/login" },
}

/** Translates a document; the result has to be a policy that can be served. */
function translate(document: object, options: Partial<ImportOptions> = {}) {
  const whole = {
    openapi: "3.1.0",
    info: { title: "Test", version: "1" },
    components: { securitySchemes },
    ...document,
  }
  const imported = rulesOfOpenApi(whole, { ...asWritten, ...options })
  if ("problem" in imported) throw new Error(imported.problem)
  const { routes, requirements, report } = imported
  const config = parseConfig({ issuers, routes, requirements })
  return { routes, requirements, report, config, kinds: report.notes.map(({ kind }) => kind) }
}

const login = (...scopes: string[]) => ({ login: scopes })
const refused = { allOf: ["nobody"] }

describe("what an operation asks for", () => {
  test.each<[string, unknown, object, string[]]>([
    ["scopes", [login("a", "b")], { scopes: ["a", "b"] }, []],
    ["scopes in one text", [login("a b")], { scopes: ["a", "b"] }, []],
    ["scopes of OpenID Connect", [{ other: ["openid"] }], { scopes: ["openid"] }, []],
    ["a scheme by reference", [{ linked: ["a"] }], { scopes: ["a"] }, []],
    ["a scheme by its place (3.2)", [{ "#/components/securitySchemes/login": ["a"] }], { scopes: ["a"] }, []],
    ["a token without scopes", [login()], {}, []],
    ["a bearer token", [{ bearer: [] }], {}, []],
    ["roles of a bearer token", [{ bearer: ["admin"] }], { scopes: ["admin"] }, ["roles"]],
    ["nothing, by an empty list", [], { access: "public" }, []],
    ["nothing, by an empty requirement", [{}], { access: "public" }, []],
    ["a token if there is one", [{}, login("a")], { scopes: ["a"] }, ["optional_token"]],
    ["one of two scopes", [login("a"), login("b")], { anyScope: ["a", "b"] }, []],
    [
      "one of two lists",
      [login("a", "b"), { other: ["c"] }],
      { anyOf: [{ scopes: ["a", "b"] }, { scopes: ["c"] }] },
      [],
    ],
    ["one of two lists, of which one has the other", [login("a", "b"), login("a")], { scopes: ["a"] }, []],
    ["scopes or none, of one scheme", [login("a"), login()], {}, []],
    ["scopes or another token", [login("a"), { bearer: [] }], { scopes: ["a"] }, ["unscoped_alternative"]],
    ["two tokens that are the same", [{ login: ["a"], linked: ["a"] }], { scopes: ["a"] }, []],
    ["two tokens", [{ login: ["a"], other: ["b"] }], { scopes: ["a", "b"] }, ["joined_tokens"]],
    ["a key", [{ key: [] }], refused, ["unsupported_scheme"]],
    ["a key or a password", [{ key: [] }, { basic: [] }], refused, ["unsupported_scheme"]],
    ["a certificate", [{ tls: [] }], refused, ["unsupported_scheme"]],
    ["what is in another file", [{ elsewhere: [] }], refused, ["unsupported_scheme"]],
    ["what is nowhere", [{ constructor: [] }], refused, ["unsupported_scheme"]],
    ["a key or a token", [{ key: [] }, login("a")], { scopes: ["a"] }, ["dropped_alternative"]],
    ["a key with a token", [{ key: [], login: ["a"] }], { scopes: ["a"] }, ["unchecked_scheme"]],
    [
      "a key with a token, or more of a token",
      [{ key: [], login: [] }, login("a")],
      { scopes: ["a"] },
      ["dropped_alternative"],
    ],
    [
      "a key with a token, or another with more of one",
      [
        { key: [], login: [] },
        { basic: [], login: ["a"] },
      ],
      { scopes: ["a"] },
      ["unchecked_scheme", "unscoped_alternative"],
    ],
    ["a scope that is none", [login('"a"')], refused, ["scope_form"]],
    ["what is no requirement", "login", refused, ["malformed_security"]],
    ["what is none in a list", [null], refused, ["malformed_security"]],
  ])("%s", (_, security, expected, kinds) => {
    const { routes, kinds: noted } = translate({ paths: { "/x": { get: { security } } } })
    expect(routes).toEqual([{ path: "/x", methods: ["GET"], ...expected }])
    expect(new Set(noted)).toEqual(new Set(kinds))
  })

  test("the document's own, where the operation says nothing", () => {
    const { routes, kinds } = translate({
      security: [login("a")],
      paths: { "/x": { get: {}, post: { security: [] } } },
    })
    expect(routes).toEqual([
      { path: "/x", methods: ["GET"], scopes: ["a"] },
      { path: "/x", methods: ["POST"], access: "public" },
    ])
    expect(kinds).toEqual([])
  })

  test("a token, where nothing is said at all; unless it is said to be public", () => {
    const document = { paths: { "/x": { get: {} }, "/y": { get: { security: [{}, login("a")] } } } }
    const { routes, kinds } = translate(document)
    expect(routes).toEqual([
      { path: "/x", methods: ["GET"] },
      { path: "/y", methods: ["GET"], scopes: ["a"] },
    ])
    expect(kinds).toEqual(["optional_token", "undeclared_security"])
    const open = translate(document, { undeclaredIsPublic: true, optionalIsPublic: true })
    expect(open.routes.map(({ access }) => access)).toEqual(["public", "public"])
    expect(open.kinds).toEqual([])
  })

  test("a token, where a scheme is said to be one", () => {
    const document = { paths: { "/x": { get: { security: [{ key: [] }] } } } }
    expect(translate(document, { bearerSchemes: ["key"] }).routes).toEqual([{ path: "/x", methods: ["GET"] }])
  })

  test("what is refused is refused to everybody, whatever a wider rule lets through", async () => {
    const { config } = translate({
      paths: { "/x/{id}": { get: { security: [login()] } }, "/x/admin": { get: { security: [{ key: [] }] } } },
    })
    const { decide } = offlineAuthorizer(config)
    const get = (path: string) => decide({ method: "GET", path, headers: {} }, { scope: "a b" }, Date.now())
    expect(await get("/x/1")).toMatchObject({ outcome: "allow" })
    expect(await get("/x/admin")).toMatchObject({ outcome: "refuse", reason: "requirement_unmet" })
  })
})

describe("paths", () => {
  const open = { get: { security: [] } }
  const token = { get: { security: [login("a")] } }

  test.each<[string, string, string[]]>([
    ["/", "/", []],
    ["/x/", "/x", []],
    ["/x/{id}", "/x/:id", []],
    ["/x/{order-id}/y/{2nd}", "/x/:order_id/y/:_2nd", []],
    ["/{id}/{id}", "/:id/:id2", []],
    ["/{_}/{日本}", "/:_/:_2", []],
    ["/x/{name}.{ext}", "/x/:name_ext", ["partial_segment"]],
    ["/x/{a}-{b}", "/x/:a_b", ["partial_segment"]],
    ["/v1/{name}:cancel", "/v1/:name_cancel", ["partial_segment"]],
    ["/v1/x:search", "/v1/x:search", []],
    ["/v1/:batch", "/v1/:batch", ["partial_segment"]],
    ["/x('{id}')/$value", "/:x_id/$value", ["partial_segment"]],
    ["/files/{path+}", "/files/:path", ["greedy_parameter"]],
    ["/{+name}", "/:name", ["greedy_parameter"]],
    ["/x?action=list", "/x", ["query_in_path"]],
    ["/x{?page,size}", "/x", ["query_in_path"]],
    ["/x#fragment", "/x", ["query_in_path"]],
  ])("%s becomes %s", (template, path, kinds) => {
    const { routes, kinds: noted } = translate({ paths: { [template]: token } })
    expect(routes).toEqual([{ path, methods: ["GET"], scopes: ["a"] }])
    expect(noted).toEqual(kinds)
  })

  test.each(["/x/../y", "/x//y", "/x/*", "/a;b", "/a%2fb"])("%s is refused in any case", (template) => {
    const { routes, report } = translate({ paths: { [template]: open } })
    expect(routes).toEqual([])
    expect(report).toMatchObject({ operations: { refused: 1 }, notes: [{ kind: "impossible_path" }] })
  })

  test.each<[string, unknown, string | null, string]>([
    ["none", undefined, null, "/x"],
    ["a host", [{ url: "https://api.example.com" }], null, "/x"],
    ["a path", [{ url: "/v1/" }], null, "/v1/x"],
    ["a host and a path", [{ url: "https://api.example.com/a/b/" }], null, "/a/b/x"],
    [
      "variables",
      [{ url: "https://{h}/{v}", variables: { h: { default: "a.b/c" }, v: { default: "v2" } } }],
      null,
      "/c/v2/x",
    ],
    ["a variable without a default", [{ url: "https://h/{tenant}" }], null, "/:tenant/x"],
    ["what is chosen", [{ url: "https://api.example.com/v1" }], "/edge/", "/edge/x"],
    ["what is chosen to be none", [{ url: "https://api.example.com/v1" }], "/", "/x"],
  ])("begin as the server does: %s", (_, servers, basePath, path) => {
    expect(translate({ servers, paths: { "/x": token } }, { basePath }).routes).toMatchObject([{ path }])
  })

  test("begin as the operation's own server does, or the path's; of several, the first", () => {
    const { routes, report } = translate({
      servers: [{ url: "/v1" }, { url: "/v2" }],
      paths: {
        "/x": { servers: [{ url: "/path" }], get: { ...token.get, servers: [{ url: "/operation" }] }, put: token.get },
        "/y": token,
      },
    })
    expect(routes.map(({ path }) => path)).toEqual(["/operation/x", "/path/x", "/v1/y"])
    expect(report.notes).toMatchObject([{ kind: "other_servers", operations: ["GET /y"] }])
    expect(report.basePath).toBe("/v1")
  })

  test("have the operations of which nothing is said, too", () => {
    const { routes } = translate({ security: [login("a")], paths: { "/x": { get: null }, "/{id}": open, "/y": null } })
    expect(routes).toEqual([
      { path: "/x", methods: ["GET"], scopes: ["a"] },
      { path: "/:id", methods: ["GET"], access: "public" },
      { path: "/y", ...refused },
    ])
  })

  test("of one need are one rule; HEAD goes with GET; every method is no method", () => {
    const same = (...methods: string[]) => Object.fromEntries(methods.map((method) => [method, token.get]))
    const { routes } = translate({
      paths: {
        "/x": { ...same("get", "head", "put"), post: open.get, summary: "x", parameters: [], "x-internal": true },
        "/y": same("get", "head", "put", "post", "patch", "delete", "options"),
      },
    })
    expect(routes).toEqual([
      { path: "/x", methods: ["GET", "PUT"], scopes: ["a"] },
      { path: "/x", methods: ["POST"], access: "public" },
      { path: "/y", scopes: ["a"] },
    ])
  })

  test("may have methods of OpenAPI 3.2", () => {
    const { routes, report } = translate({
      openapi: "3.2.0",
      paths: { "/x": { query: token.get, additionalOperations: { PURGE: token.get, copy: open.get } } },
    })
    expect(routes).toEqual([{ path: "/x", methods: ["QUERY", "PURGE"], scopes: ["a"] }])
    expect(report.notes).toMatchObject([{ kind: "unknown_method", operations: ["copy /x"] }])
  })

  test("are found by reference; all of one that is elsewhere is refused", () => {
    const { routes, kinds } = translate({
      components: { securitySchemes, pathItems: { x: token, loop: { $ref: "#/components/pathItems/loop" } } },
      paths: {
        "/x": { $ref: "#/components/pathItems/x" },
        "/y": { $ref: "#/paths/~1x" },
        "/z": { $ref: "other.yaml#/z" },
        "/loop": { $ref: "#/components/pathItems/loop" },
      },
    })
    expect(routes).toEqual([
      { path: "/x", methods: ["GET"], scopes: ["a"] },
      { path: "/y", methods: ["GET"], scopes: ["a"] },
      { path: "/z", ...refused },
      { path: "/loop", ...refused },
    ])
    expect(kinds).toEqual(["external_path"])
  })

  test("that are described twice ask for both", () => {
    const write = { get: { security: [login("b")] } }
    const { routes, report } = translate({ paths: { "/x/{a}": token, "/x/{b}/": write, "/y": open, "/y/": token } })
    expect(routes).toEqual([
      { path: "/x/:a", methods: ["GET"], scopes: ["a", "b"] },
      { path: "/y", methods: ["GET"], scopes: ["a"] },
    ])
    expect(report.notes).toMatchObject([
      { kind: "same_requests", operations: ["GET /x/{a}", "GET /x/{b}/", "GET /y", "GET /y/"] },
    ])
  })

  test("that meet ask for both where they do", () => {
    const either = { get: { security: [login("b"), login("c")] } }
    const { routes, report } = translate({ paths: { "/x/{id}": token, "/{kind}/y": either } })
    expect(routes).toEqual([
      { path: "/x/:id", methods: ["GET"], scopes: ["a"] },
      { path: "/:kind/y", methods: ["GET"], anyScope: ["b", "c"] },
      { path: "/x/y", methods: ["GET"], scopes: ["a"], anyScope: ["b", "c"] },
    ])
    expect(report.notes).toMatchObject([{ kind: "crossing_paths", operations: ["GET /x/y", "HEAD /x/y"] }])
    expect(report.operations).toEqual({ public: 0, token: 2, refused: 0 })
  })

  test("of which three meet ask for all where they do", () => {
    const get = (scope: string) => ({ get: { security: [login(scope)] } })
    const { routes } = translate({
      paths: { "/x/{a}/m/{b}": get("a"), "/{c}/y/{d}/k": get("b"), "/x/y/{e}/{f}": get("c") },
    })
    const nameless = (path: string) => path.replaceAll(/:\w+/g, ":")
    const scopes = Object.fromEntries(routes.map((route) => [nameless(route.path), [...(route.scopes ?? [])].sort()]))
    expect(scopes).toMatchObject({
      "/x/y/m/k": ["a", "b", "c"],
      "/x/y/m/:": ["a", "c"],
      "/x/y/:/k": ["b", "c"],
    })
  })

  test("that cover more than they do in the document are not public, and ask for what others do", () => {
    const alone = translate({ paths: { "/files/{name}.css": open } })
    expect(alone.routes).toEqual([{ path: "/files/:name_css", methods: ["GET"] }])
    expect(alone.kinds).toEqual(["partial_segment", "wider_public"])

    const wider = translate({ paths: { "/files/{name}.css": open, "/{folder}/{file}": token } })
    expect(wider.routes).toEqual([
      { path: "/files/:name_css", methods: ["GET"], scopes: ["a"] },
      { path: "/:folder/:file", methods: ["GET"], scopes: ["a"] },
    ])
    expect(wider.kinds).toEqual(["partial_segment", "wider_path"])

    // The second is more specific only because the first one's "a{x}" became a parameter.
    const vague = translate({ paths: { "/{y}/a{x}": token, "/a/{y}": open } })
    expect(vague.routes).toEqual([
      { path: "/:y/:a_x", methods: ["GET"], scopes: ["a"] },
      { path: "/a/:y", methods: ["GET"], scopes: ["a"] },
    ])
  })

  test("stay public where the document says so of all that they cover", () => {
    const { routes } = translate({ paths: { "/{name}.css": open, "/{name}": open, "/a.css": token, "/x#y": open } })
    expect(routes).toEqual([
      { path: "/:name_css", methods: ["GET"], access: "public" },
      { path: "/a.css", methods: ["GET"], scopes: ["a"] },
      { path: "/x", methods: ["GET"], access: "public" },
    ])
  })
})

test.each<[string, unknown, RegExp]>([
  ["Swagger 2.0", { swagger: "2.0" }, /convert it/],
  ["another document", { asyncapi: "3.0.0" }, /no OpenAPI document of version 3/],
  ["a list", [], /no OpenAPI document/],
  ["nothing", null, /no OpenAPI document/],
])("%s is told apart", (_, document, problem) => {
  expect(rulesOfOpenApi(document, asWritten)).toEqual({ problem: expect.stringMatching(problem) })
})

// Judged apart from the translation: which operations a request is for, and whether they let it through.
describe("no request is let through that the document doesn't let through", () => {
  const segment = fc.constantFrom("a", "b", "{x}", "{y}", "{x}.json", "a{x}")
  const template = fc
    .oneof(
      fc.array(segment, { minLength: 2, maxLength: 2 }),
      fc.array(fc.constantFrom("a", "{x}", "a{x}"), { minLength: 4, maxLength: 4 }),
    )
    .map((segments) => `/${segments.join("/")}`)
  const way = fc.constantFrom<Record<string, string[]>>(
    ...[{}, login("a"), login("b"), login("a", "b"), login(), { other: ["b"] }, { bearer: [] }, { key: [] }],
    ...[
      { key: [], login: ["a"] },
      { key: [], login: [] },
    ],
  )
  const operation = fc.record({ security: fc.array(way, { maxLength: 3 }) })
  const pathItem = fc.record({ get: operation, head: operation, post: operation }, { requiredKeys: [] })
  const document = fc.dictionary(template, pathItem, { minKeys: 1, maxKeys: 8 })
  const request = fc.record({
    method: fc.constantFrom("GET", "HEAD", "POST"),
    segments: fc.oneof(
      fc.array(fc.constantFrom("a", "b", "q", "q.json", "aq", "a.json"), { minLength: 2, maxLength: 2 }),
      fc.array(fc.constantFrom("a", "q", "aq"), { minLength: 4, maxLength: 4 }),
    ),
    scopes: fc.constantFrom(null, [], ["a"], ["b"], ["a", "b"]),
  })

  type Operation = { readonly security: readonly Record<string, readonly string[]>[] }
  type PathItem = { readonly [Method in "get" | "head" | "post"]?: Operation }

  function operationsFor(paths: Record<string, PathItem>, method: string, segments: readonly string[]) {
    const matching = Object.entries(paths).flatMap(([path, item]) => {
      const found = method === "POST" ? item.post : method === "HEAD" ? (item.head ?? item.get) : item.get
      const parts = path.slice(1).split("/")
      const matches = (part: string, at: number) =>
        new RegExp(`^${part.replaceAll(".", "\\.").replaceAll(/\{\w\}/g, ".+")}$`).test(segments[at] ?? "")
      return found && parts.length === segments.length && parts.every(matches) ? [{ parts, operation: found }] : []
    })
    const rank = (part: string) => (part.includes("{") ? (/^\{\w\}$/.test(part) ? 0 : 1) : 2)
    const isNarrower = (a: readonly string[], b: readonly string[]) =>
      a.every((part, at) => rank(part) >= rank(b[at] ?? "")) && a.some((part, at) => rank(part) > rank(b[at] ?? ""))
    return matching
      .filter(({ parts }) => !matching.some((other) => isNarrower(other.parts, parts)))
      .map(({ operation: found }) => found)
  }

  function letsThrough({ security }: Operation, scopes: readonly string[] | null): boolean {
    if (security.length === 0) return true
    return security.some((one) => {
      const names = Object.keys(one)
      if (names.length === 0) return true
      if (scopes === null || names.every((name) => name === "key")) return false
      return Object.values(one)
        .flat()
        .every((scope) => scopes.includes(scope))
    })
  }

  test("in random documents; and where nothing is noted, none is refused that it does", async () => {
    const counts = { allowed: 0, refused: 0, exact: 0 }
    await fc.assert(
      fc.asyncProperty(document, fc.array(request, { minLength: 30, maxLength: 30 }), async (paths, requests) => {
        const { config, report } = translate({ paths })
        const { decide } = offlineAuthorizer(config)
        for (const { method, segments, scopes } of requests) {
          const claims = scopes && { scope: scopes.join(" ") }
          const asked = { method, path: `/${segments.join("/")}`, headers: {} }
          const { outcome } = await decide(asked, claims, 1_768_467_600_000)
          const operations = operationsFor(paths, method, segments)
          // A request that is in no document needs a token at the very least.
          const mayPass = operations.length > 0 ? operations.every((one) => letsThrough(one, scopes)) : scopes !== null
          if (outcome === "allow") expect(mayPass).toBe(true)
          if (report.notes.length === 0) expect(outcome).toBe(operations.length > 0 && mayPass ? "allow" : "refuse")
          counts[outcome === "allow" ? "allowed" : "refused"]++
          if (report.notes.length === 0) counts.exact++
        }
      }),
      // Of 100 random documents, one can be said exactly.
      { numRuns: 1500 },
    )
    // The cases are of every kind.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0)
  })
})

describe("edge-authorizer import openapi", () => {
  const command = fileURLToPath(new URL("../../cli/index.ts", import.meta.url))
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "import-openapi-"))
    await writeFile(
      join(folder, "api.yaml"),
      `openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: https://api.example.com/v1 }]
components:
  securitySchemes:
    login: { type: oauth2, flows: { clientCredentials: { tokenUrl: https://x, scopes: { "read:orders": "" } } } }
    legacy: { type: apiKey, in: query, name: api_key }
paths:
  /health: { get: { security: [] } }
  /orders/{id}: { get: { security: [{ login: ["read:orders"] }] } }
  /old: { get: { security: [{ legacy: [] }] } }
`,
    )
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function run(...args: string[]) {
    const running = promisify(execFile)(process.execPath, [command, "import", "openapi", ...args], {
      cwd: folder,
      env: {},
    })
    const ended = await running.catch((error: { code: number; stdout: string; stderr: string }) => error)
    return { code: "code" in ended ? ended.code : 0, stdout: ended.stdout, stderr: ended.stderr }
  }
  const read = (file: string) => readFile(join(folder, file), "utf8")

  const policy = {
    $schema: "./node_modules/edge-authorizer/authorizer.schema.json",
    requirements: { nobody: { claims: { sub: { exists: false } } } },
    routes: [
      { path: "/v1/health", methods: ["GET"], access: "public" },
      { path: "/v1/orders/:id", methods: ["GET"], scopes: ["read:orders"] },
      { path: "/v1/old", methods: ["GET"], allOf: ["nobody"] },
    ],
  }

  test("writes the policy to stdout, and to stderr what it can't say", async () => {
    const { code, stdout, stderr } = await run("api.yaml")
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(policy)
    expect(parseConfig({ ...(JSON.parse(stdout) as ConfigInput), issuers }).rules).toHaveLength(3)
    // A rule has a line.
    expect(stdout).toContain('\n    { "path": "/v1/orders/:id", "methods": ["GET"], "scopes": ["read:orders"] },\n')
    expect(stderr).toContain("Orders (OpenAPI 3.1.0), below /v1\n")
    expect(stderr).toContain("3 operations in 3 rules: 1 with a token, 1 public, 1 refused.")
    expect(stderr).toMatch(/"legacy" \(API key, query api_key\)/)
    expect(stderr.split("\n").filter((line) => line.length > 100)).toEqual([])
  })

  test("writes a file, but not over another", async () => {
    expect(await run("api.yaml", "--out", "authorizer.config.json")).toMatchObject({ code: 0, stdout: "" })
    expect(JSON.parse(await read("authorizer.config.json"))).toEqual(policy)
    await writeFile(join(folder, "authorizer.config.json"), "mine")
    expect(await run("api.yaml", "--out", "authorizer.config.json")).toMatchObject({
      code: 2,
      stderr: "authorizer.config.json: is there already; overwrite it with --force\n",
    })
    expect(await read("authorizer.config.json")).toBe("mine")
    expect(await run("api.yaml", "--out", "authorizer.config.json", "--force")).toMatchObject({ code: 0 })
    expect(JSON.parse(await read("authorizer.config.json"))).toEqual(policy)
  })

  test("writes TypeScript", async () => {
    await run("api.yaml", "--out", "authorizer.config.ts")
    expect(await read("authorizer.config.ts")).toBe(`import { defineConfig } from "edge-authorizer"

export default defineConfig({
  requirements: { nobody: { claims: { sub: { exists: false } } } },
  routes: [
    { path: "/v1/health", methods: ["GET"], access: "public" },
    { path: "/v1/orders/:id", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/v1/old", methods: ["GET"], allOf: ["nobody"] },
  ],
})
`)
  })

  test("reads JSON, and takes options", async () => {
    const document = {
      openapi: "3.0.3",
      components: { securitySchemes },
      paths: { "/x": { get: {}, post: { security: [{}, { key: [] }] }, put: { security: [{ key: [] }] } } },
    }
    await writeFile(join(folder, "api.json"), JSON.stringify(document))
    const options = ["--undeclared-is-public", "--optional-is-public", "--bearer", "key", "--base-path", "/edge"]
    const { code, stdout, stderr } = await run("api.json", "--strict", "--json", ...options)
    expect(code).toBe(0)
    expect(JSON.parse(stdout).routes).toEqual([
      { path: "/edge/x", methods: ["GET", "POST"], access: "public" },
      { path: "/edge/x", methods: ["PUT"] },
    ])
    expect(JSON.parse(stderr)).toEqual({
      title: null,
      openapi: "3.0.3",
      basePath: "/edge",
      operations: { public: 2, token: 1, refused: 0 },
      rules: 2,
      notes: [],
    })
  })

  test("ends with 1 under --strict, with the policy written and the report as JSON", async () => {
    const { code, stderr } = await run("api.yaml", "--strict", "--json", "--out", "policy.json")
    expect(code).toBe(1)
    expect(JSON.parse(stderr)).toMatchObject({
      title: "Orders",
      notes: [{ kind: "unsupported_scheme", text: expect.stringContaining("legacy"), operations: ["GET /old"] }],
    })
    expect(JSON.parse(await read("policy.json"))).toEqual(policy)
  })

  test.each<[string, string, string[], RegExp]>([
    ["no file", "", ["none.yaml"], /^none\.yaml: there is no such file\n$/],
    ["no YAML", "openapi: 3.1.0\npaths:\n  /x: [\n", ["broken.yaml"], /^broken\.yaml:4: /],
    ["no JSON", '{\n  "openapi": "3.1.0",\n  "paths": {]\n}', ["broken.yaml"], /^broken\.yaml:3: /],
    ["a name that stands twice", "openapi: 3.1.0\npaths: {}\npaths: {}\n", ["broken.yaml"], /^broken\.yaml:3: /],
    ["Swagger", "swagger: '2.0'\n", ["broken.yaml"], /^broken\.yaml: is Swagger 2\.0/],
    ["a scheme that is none", "", ["api.yaml", "--bearer", "key"], /^--bearer: .*"key"; there are: login, legacy\n$/],
    ["a base path that is none", "", ["api.yaml", "--base-path", "v1"], /^--base-path: must begin with "\/"\n$/],
    ["a folder that is none", "", ["api.yaml", "--out", "none/policy.json"], /^none\/policy\.json: can't be written/],
    ["an option that is none", "", ["api.yaml", "--loose"], /unknown option '--loose'/],
  ])("ends with 2: %s", async (_, text, args, message) => {
    await writeFile(join(folder, "broken.yaml"), text)
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(message)
  })
})
