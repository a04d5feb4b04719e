import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { byAddress, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"
import type { RawAnswer } from "../support/raw-http.ts"

const routes: ConfigInput["routes"] = [{ path: "/public/**", access: "public" }, { path: "/**" }]

/** An answer of ours, that says nothing of what went wrong. */
function expectFailure(answer: RawAnswer, status: 500 | 502) {
  const title = { 500: "Internal Server Error", 502: "Bad Gateway" }[status]
  expect(answer).toMatchObject({
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  })
  expect(JSON.parse(answer.body)).toEqual({ type: "about:blank", title, status })
}

describe.each([
  ["behind a service binding", true],
  ["at the route's own address", false],
])("an origin %s", (_name, bound) => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await startGuardedApi({ [byAddress]: { routes } }, { bound })
  })
  afterEach(() => {
    api.origin.answer = null
  })
  afterAll(() => api?.close())

  test.each(["/orders", "/public/x"])("that hangs up is a 502: %s", async (target) => {
    api.origin.answer = (request) => void request.destroy()
    expectFailure(await api.send({ policy: byAddress, target }), 502)
  })

  test.each(["/orders", "/public/x"])("that speaks no HTTP is a 502: %s", async (target) => {
    api.origin.answer = ({ socket }) => void socket.end("what?\r\n\r\n")
    expectFailure(await api.send({ policy: byAddress, target }), 502)
  })

  test.each([101, 600, 999])("that answers with the status %i, which can't be passed on, is a 502", async (status) => {
    api.origin.answer = ({ socket }) => void socket.end(`HTTP/1.1 ${status} Odd\r\ncontent-length: 0\r\n\r\n`)
    expectFailure(await api.send({ policy: byAddress }), 502)
  })

  test("that is back is reached at once", async () => {
    api.origin.answer = (request) => void request.destroy()
    expectFailure(await api.send({ policy: byAddress }), 502)
    api.origin.answer = null
    expect((await api.send({ policy: byAddress })).status).toBe(200)
  })
})

test("an origin that is down is a 502 to those who may reach it", async () => {
  const api = await startGuardedApi({ [byAddress]: { routes } }, { bound: false })
  try {
    api.origin.close()
    for (const target of ["/orders", "/public/x"]) expectFailure(await api.send({ policy: byAddress, target }), 502)
    expect((await api.send({ policy: byAddress, token: null })).status).toBe(401)
  } finally {
    await api.close()
  }
})

describe("an origin that is another Worker", () => {
  let api: GuardedApi
  beforeAll(async () => {
    const originWorker = { entryPoint: "test/support/unruly-origin.worker.ts" }
    api = await startGuardedApi({ api: { routes } }, { originWorker })
  })
  afterAll(() => api?.close())

  test.each(["error", "string", "undefined", "nothing", "data", "never", "read"])("and unruly: %s", async (name) => {
    expectFailure(await api.send({ target: `/${name}` }), 502)
    expectFailure(await api.send({ target: `/public/${name}`, token: null }), 502)
    expect((await api.send({ target: `/${name}`, token: null })).status).toBe(401)
  })
})

describe("a bug in the guard lets nobody in, and tells nothing", () => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await startGuardedApi({ api: { routes } }, { entryPoint: "test/support/buggy-guard.worker.ts" })
  })
  afterAll(() => api?.close())

  test.each([
    ["url", 500],
    ["method", 500],
    ["headers", 500],
    ["env", 500],
  ] as const)("%s", async (bug, status) => {
    expect((await api.send({ headers: [["x-bug", "none"]] })).status).toBe(200)
    const before = api.origin.requests
    for (const target of ["/orders", "/public/x"])
      expectFailure(await api.send({ target, headers: [["x-bug", bug]] }), status)
    for (const token of [null, "a.b.c"])
      expect((await api.send({ token, headers: [["x-bug", bug]] })).status).toBeGreaterThanOrEqual(400)
    expect(api.origin.requests).toBe(before)
  })
})
