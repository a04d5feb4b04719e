import type { RequestListener } from "node:http"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { type ApiRequest, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"

let api: GuardedApi

const routes: ConfigInput["routes"] = [
  { path: "/public", access: "public" },
  { path: "/orders" },
  { path: "/admin", scopes: ["admin"] },
  { path: "/read", methods: ["GET"] },
]
const app = "https://app.example.com"
const evil = "https://evil.example"
const preflight = { method: "OPTIONS", token: null } as const
const asks = [["Access-Control-Request-Method", "PUT"]] as const

beforeAll(async () => {
  const origins = [app, "http://localhost:5173"]
  const down = [{ issuer: "http://127.0.0.1:9/", audiences: ["https://api.example.com"] }]
  api = await startGuardedApi({
    api: { routes, cors: { origins } },
    full: {
      routes,
      cors: {
        origins,
        methods: ["GET", "PUT"],
        headers: ["x-a", "x-b"],
        exposedHeaders: ["etag", "x-total"],
        maxAgeSeconds: 60,
      },
    },
    any: { routes, cors: { origins: "*" } },
    none: { routes },
    down: { issuers: down, routes, cors: { origins } },
  })
})
afterEach(() => {
  api.origin.answer = null
})
afterAll(() => api?.close())

/** The CORS headers of an answer, by the last words of their names. */
async function corsOf(request: ApiRequest) {
  const { status, headers } = await api.send(request)
  const cors = Object.entries(headers).filter(([name]) => name.startsWith("access-control-"))
  return {
    status,
    vary: (headers.vary ?? "").toLowerCase().split(/, */),
    ...Object.fromEntries(cors.map(([name, value]) => [name.replace("access-control-", ""), value])),
  }
}

describe("a preflight", () => {
  test.each([
    ["a guarded path", "/orders"],
    ["a public path", "/public"],
    ["a path that no rule covers", "/elsewhere"],
    ["a method that no rule covers", "/read"],
    ["a path that would be refused", "/a//b"],
  ])("is answered before anybody is asked for a token, and goes no further: %s", async (_name, target) => {
    const before = [api.origin.requests, api.issuer.requests.length]
    const answer = await api.send({ ...preflight, target, headers: [["Origin", app], ...asks] })
    expect(answer).toMatchObject({
      status: 204,
      body: "",
      headers: {
        "access-control-allow-origin": app,
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "7200",
        "cache-control": "no-store",
      },
    })
    expect(answer.headers.vary).toMatch(/\bOrigin\b/)
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials")
    expect([api.origin.requests, api.issuer.requests.length]).toEqual(before)
  })

  test("says what the policy says", async () => {
    expect(await corsOf({ ...preflight, policy: "full", headers: [["Origin", app], ...asks] })).toMatchObject({
      "allow-methods": "GET, PUT",
      "allow-headers": "x-a, x-b",
      "max-age": "60",
    })
  })

  test("is answered while the issuer is down", async () => {
    expect(await corsOf({ ...preflight, policy: "down", headers: [["Origin", app], ...asks] })).toMatchObject({
      status: 204,
      "allow-origin": app,
    })
  })

  test.each([
    ["another origin", evil],
    ["an origin within another", "https://app.example.com.evil.example"],
    ["an origin in capitals", "https://APP.example.com"],
    ["another scheme", "http://app.example.com"],
    ["another port", "https://app.example.com:8443"],
    ["no origin at all", "null"],
    ["a list of origins", `${app}, ${evil}`],
  ])("from %s allows nothing", async (_name, origin) => {
    const answer = await corsOf({ ...preflight, headers: [["Origin", origin], ...asks] })
    expect(answer).toEqual({ status: 204, vary: ["origin"] })
  })

  test("from anywhere is allowed where the policy says so", async () => {
    for (const origin of [app, evil, "null"])
      expect(await corsOf({ ...preflight, policy: "any", headers: [["Origin", origin], ...asks] })).toMatchObject({
        status: 204,
        "allow-origin": "*",
        "allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      })
  })
})

describe("OPTIONS that is no preflight is a request like any other", () => {
  test.each([
    ["without both headers", []],
    ["without Access-Control-Request-Method", [["Origin", app]]],
    ["without Origin", [["Access-Control-Request-Method", "GET"]]],
  ] as const)("%s", async (_name, headers) => {
    const before = api.origin.requests
    expect((await api.send({ ...preflight, headers })).status).toBe(401)
    expect((await api.send({ ...preflight, headers, target: "/read", token: api.token() })).status).toBe(403)
    expect(api.origin.requests).toBe(before)
    expect((await api.send({ method: "OPTIONS", headers })).status).toBe(200)
    expect(api.origin.requests).toBe(before + 1)
  })

  test("nor is any other method with a preflight's headers", async () => {
    for (const method of ["GET", "HEAD", "POST"])
      expect((await api.send({ method, token: null, headers: [["Origin", app], ...asks] })).status).toBe(401)
  })
})

describe("a page can read every answer", () => {
  const rows: { name: string; request?: () => ApiRequest; origin?: RequestListener; status: number }[] = [
    { name: "an ambiguous path", request: () => ({ target: "/a//b" }), status: 400 },
    { name: "no token", request: () => ({ token: null }), status: 401 },
    { name: "a bad token", request: () => ({ token: "a.b.c" }), status: 401 },
    { name: "no rule", request: () => ({ target: "/elsewhere" }), status: 403 },
    { name: "a scope that is lacking", request: () => ({ target: "/admin" }), status: 403 },
    {
      name: "an issuer that is down",
      request: () => ({ policy: "down", token: api.token({ iss: "http://127.0.0.1:9/" }) }),
      status: 503,
    },
    { name: "an origin that hangs up", origin: (request) => void request.destroy(), status: 502 },
    { name: "an origin that fails", origin: (_request, response) => void response.writeHead(500).end(), status: 500 },
    { name: "an origin's answer", status: 200 },
    { name: "a public answer", request: () => ({ target: "/public", token: null }), status: 200 },
    {
      // The standard knows no such status, so that no answer can be made with it.
      name: "an origin's answer that can't be passed on",
      request: () => ({ target: "/public" }),
      origin: (_request, response) => void response.writeHead(999).end(),
      status: 500,
    },
  ]
  const answerTo = (row: (typeof rows)[number], headers: ApiRequest["headers"] & object) => {
    api.origin.answer = row.origin ?? null
    return corsOf({ ...row.request?.(), headers })
  }

  test.each(rows)("$name", async (row) => {
    const answer = await answerTo(row, [["Origin", app]])
    expect(answer).toMatchObject({
      status: row.status,
      "allow-origin": app,
      "expose-headers": "www-authenticate, retry-after",
    })
    expect(answer.vary).toContain("origin")
    expect(answer).not.toHaveProperty("allow-credentials")
  })

  test.each(rows)("but not from another origin: $name", async (row) => {
    const answer = await answerTo(row, [["Origin", evil]])
    expect(answer).toEqual({ status: row.status, vary: expect.arrayContaining(["origin"]) })
  })

  test.each(rows)("and nothing is said where nobody asked: $name", async (row) => {
    expect(await answerTo(row, [])).toEqual({ status: row.status, vary: expect.arrayContaining(["origin"]) })
  })

  test("with the headers that the policy names", async () => {
    expect(await corsOf({ policy: "full", headers: [["Origin", app]] })).toMatchObject({
      "expose-headers": "www-authenticate, retry-after, etag, x-total",
    })
  })

  test("from anywhere, where the policy says so", async () => {
    for (const token of [null, api.token()])
      expect(await corsOf({ policy: "any", token, headers: [["Origin", evil]] })).toMatchObject({ "allow-origin": "*" })
  })
})

describe("what the origin says of CORS", () => {
  const originsOwn = {
    "access-control-allow-origin": "*",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "x-secret",
    "access-control-allow-methods": "PUT",
  }
  const sayOwn = () => {
    api.origin.answer = (_request, response) => void response.writeHead(200, originsOwn).end()
  }

  test.each(["/orders", "/public"])("is overruled, so that there is one answer: %s", async (target) => {
    sayOwn()
    expect(await corsOf({ target, headers: [["Origin", app]] })).toMatchObject({
      "allow-origin": app,
      "expose-headers": "www-authenticate, retry-after",
    })
    expect(await corsOf({ target, headers: [["Origin", app]] })).not.toHaveProperty("allow-credentials")
    expect(await corsOf({ target, headers: [["Origin", evil]] })).toEqual({
      status: 200,
      vary: ["origin"],
      "allow-methods": "PUT",
    })
  })

  test.each([
    ["nothing", undefined, ["origin"]],
    ["another header", "Accept-Encoding", ["accept-encoding", "origin"]],
    ["Origin already", "accept, ORIGIN", ["accept", "origin"]],
    ["a header that ends like it", "X-Origin", ["x-origin", "origin"]],
    ["everything", "*", ["*"]],
  ])("Vary keeps what it says and names Origin: %s", async (_name, vary, expected) => {
    api.origin.answer = (_request, response) => void response.writeHead(200, vary === undefined ? {} : { vary }).end()
    for (const origin of [app, evil]) expect((await corsOf({ headers: [["Origin", origin]] })).vary).toEqual(expected)
  })

  test("stands where the policy says nothing", async () => {
    sayOwn()
    const answer = await api.send({ policy: "none", headers: [["Origin", app]] })
    expect(answer.headers).toMatchObject(originsOwn)
    expect(answer.headers).not.toHaveProperty("vary")
  })
})

describe("without `cors`", () => {
  test("a preflight is a request like any other", async () => {
    const headers = [["Origin", app], ...asks] as const
    expect(await corsOf({ ...preflight, policy: "none", headers })).toEqual({
      status: 401,
      vary: ["authorization", "origin"],
    })
    const before = api.origin.requests
    expect((await api.send({ ...preflight, policy: "none", target: "/public", headers })).status).toBe(200)
    expect(api.origin.requests).toBe(before + 1)
  })

  test("no answer says anything of CORS", async () => {
    for (const request of [{ token: null }, { target: "/elsewhere" }, {}, { target: "/public" }])
      for (const name of Object.keys(
        (await api.send({ ...request, policy: "none", headers: [["Origin", app]] })).headers,
      ))
        expect(name).not.toMatch(/^access-control-/)
  })
})
