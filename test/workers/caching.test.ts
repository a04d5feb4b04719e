import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { byAddress, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"

let api: GuardedApi
const routes = [
  { path: "/public", access: "public" },
  { path: "/orders" },
  { path: "/admin", scopes: ["admin"] },
  { path: "/watched", scopes: ["admin"], report: true },
] as const

beforeAll(async () => {
  const down = { issuer: "http://127.0.0.1:9/", audiences: ["a"], profile: "auth0" } as const
  api = await startGuardedApi({ api: { routes }, down: { issuers: [down], routes } })
})
afterEach(() => {
  api.origin.answer = null
})
afterAll(() => api?.close())

/** What an origin says to caches, and what is left of it on a guarded route: all of it, unless it opens the answer to others. */
const rows: [name: string, said: string | string[] | null, kept: string | undefined][] = [
  ["nothing", null, undefined],
  ["public", "public", "private"],
  ["public with an age", "public, max-age=600", "private, max-age=600"],
  ["an age alone", "max-age=600", "max-age=600"],
  ["an age for shared caches", "s-maxage=600", "private"],
  ["both ages", "max-age=60,s-maxage=600", "private, max-age=60"],
  // RFC 9111 §3.5: these two also open a response to a request with Authorization.
  ["must-revalidate", "max-age=60, must-revalidate", "private, max-age=60"],
  ["proxy-revalidate", "max-age=60, proxy-revalidate", "private, max-age=60"],
  ["capitals", "Public, S-MaxAge=600, Max-Age=60", "private, Max-Age=60"],
  ["two lines", ["public", "max-age=60"], "private, max-age=60"],
  [
    "immutable and stale ones",
    "public, immutable, stale-while-revalidate=60",
    "private, immutable, stale-while-revalidate=60",
  ],
  ["private already", "private, max-age=60", "private, max-age=60"],
  ["private and public", "private, public, max-age=60", "private, max-age=60"],
  ["private, but for some headers", 'private="set-cookie", public', "private"],
  ["no-cache", "no-cache", "no-cache"],
  ["no-cache for some headers", 'public, no-cache="a, b"', 'private, no-cache="a, b"'],
  ["no-store", "no-store", "no-store"],
  ["no-store, among others", "public, no-store, max-age=0", "no-store, max-age=0"],
  ["No-Store", "No-Store", "No-Store"],
]

/** Whether a shared cache may keep the answer to a request with Authorization: RFC 9111 §3, §3.5 and §5.2.2. */
function mayBeShared(cacheControl: string | undefined): boolean {
  const names = (cacheControl ?? "").split(",").map((directive) => directive.trim().toLowerCase().split("=")[0])
  if (names.includes("no-store") || names.includes("private")) return false
  return ["public", "must-revalidate", "s-maxage", "proxy-revalidate"].some((name) => names.includes(name))
}

test.each(rows)("Cache-Control of a guarded answer: %s", async (_name, said, kept) => {
  api.origin.answer = (_request, response) => {
    if (said !== null) response.setHeader("cache-control", said)
    response.end()
  }
  const { "cache-control": cacheControl } = (await api.send({})).headers
  expect(cacheControl).toBe(kept)
  expect(mayBeShared(cacheControl)).toBe(false)
})

test.each(rows)("Cache-Control of a public answer is the origin's own: %s", async (_name, said) => {
  api.origin.answer = (_request, response) => {
    if (said !== null) response.setHeader("cache-control", said)
    response.end()
  }
  const expected = said === null ? undefined : [said].flat().join(", ")
  expect((await api.send({ target: "/public" })).headers["cache-control"]).toBe(expected)
})

test.each(["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control"])(
  "%s, which shared caches take over Cache-Control, stays on public answers alone",
  async (name) => {
    api.origin.answer = (_request, response) => response.setHeader(name, "max-age=600").end()
    expect((await api.send({})).headers).not.toHaveProperty(name.toLowerCase())
    expect((await api.send({ target: "/public" })).headers).toHaveProperty(name.toLowerCase(), "max-age=600")
  },
)

test.each([
  ["a guarded error", 404],
  ["a guarded redirect", 302],
  ["a guarded answer without a body", 304],
])("%s is private too", async (_name, status) => {
  api.origin.answer = (_request, response) =>
    response.writeHead(status, { "cache-control": "public, max-age=60" }).end()
  expect(await api.send({})).toMatchObject({ status, headers: { "cache-control": "private, max-age=60" } })
})

test.each([
  ["400", { target: "/a//b" }, 400],
  ["401 without a token", { token: null }, 401],
  ["401 with a bad one", { token: "a.b.c" }, 401],
  ["403 for want of scope", { target: "/admin" }, 403],
  ["403 for want of a rule", { target: "/elsewhere" }, 403],
])("a refusal is never stored, and told apart by who asked: %s", async (_name, request, status) => {
  const answer = await api.send(request)
  expect(answer).toMatchObject({ status, headers: { "cache-control": "no-store" } })
  expect(answer.headers.vary?.split(/, */)).toEqual(expect.arrayContaining(["Authorization", "Origin"]))
})

test("an answer under a rule that only reports is made private, whoever asks", async () => {
  api.origin.answer = (_request, response) => response.writeHead(200, { "cache-control": "public, max-age=600" }).end()
  for (const token of [api.token(), "x.y.z"])
    expect((await api.send({ target: "/watched", token })).headers["cache-control"]).toBe("private, max-age=600")
})

test("an outage is never stored", async () => {
  const answer = await api.send({ policy: "down", token: api.token({ iss: "http://127.0.0.1:9/", aud: "a" }) })
  expect(answer).toMatchObject({ status: 503, headers: { "cache-control": "no-store" } })
  expect(answer.headers.vary).toMatch(/\bAuthorization\b/)
})

describe("the zone's cache, which sits between the Worker and the route's own origin", () => {
  let routed: GuardedApi
  beforeAll(async () => {
    routed = await startGuardedApi({ [byAddress]: { routes } }, { bound: false })
  })
  afterAll(() => routed?.close())

  // workerd has no such cache, but says what it would tell one.
  test.each([
    ["is passed by on guarded routes", "/orders", "no-cache"],
    ["serves public routes", "/public", undefined],
  ])("%s", async (_name, target, expected) => {
    const { headers } = JSON.parse((await routed.send({ policy: byAddress, target })).body)
    expect(headers["cache-control"]).toBe(expected)
  })
})
