import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type EchoOrigin, startEchoOrigin } from "../support/echo-origin.ts"
import { sendRaw } from "../support/raw-http.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"

let origin: EchoOrigin
let other: EchoOrigin
let routed: RunningWorker
let bound: RunningWorker

beforeAll(async () => {
  origin = await startEchoOrigin()
  other = await startEchoOrigin()
  // Only public routes let anybody through here, so that no keys are needed.
  const text = { AUTH0_DOMAIN: "tenant.eu.auth0.com", AUTH0_AUDIENCE: "https://api.example.com" }
  routed = await startWorkerd({ entryPoint: "workers/index.ts", text })
  bound = await startWorkerd({ entryPoint: "workers/index.ts", text, external: { ORIGIN: origin.host } })
})
afterAll(async () => {
  await Promise.all([routed?.close(), bound?.close()])
  origin?.close()
  other?.close()
})

const workers = () => [routed, bound]
const get = (worker: RunningWorker, host: string, target: string, method = "GET") =>
  sendRaw(worker.host, { method, target, headers: [["Host", host]] })

describe("a host that could lead elsewhere is refused, also where the path is public", () => {
  test.each([
    ["a user", () => `x@${origin.host}`],
    ["a user and a password", () => `x:y@${origin.host}`],
    ["the host as a user of another", () => `${origin.host}@${other.host}`],
    ["a fragment", () => `${origin.host}#`],
    ["a path and a fragment", () => `${origin.host}/health#`],
    ["a query", () => `${origin.host}?`],
    ["dot segments", () => `${origin.host}/../health`],
    ["a backslash", () => `${other.host}\\${origin.host}`],
    ["an escape", () => `${origin.host}%2fhealth`],
    ["a second host", () => `${origin.host},${other.host}`],
    ["a space", () => `${origin.host} ${other.host}`],
    ["an asterisk", () => "*"],
  ])("%s", async (_name, host) => {
    const before = origin.requests
    for (const worker of workers())
      for (const target of ["/orders", "/health"]) {
        const answer = await get(worker, host(), target)
        expect(answer.status).toBe(400)
        expect(JSON.parse(answer.body)).toMatchObject({ reason: "path_ambiguous" })
      }
    expect([origin.requests, other.requests]).toEqual([before, 0])
  })
})

test("a host that holds a path is read as it is passed on", async () => {
  for (const worker of workers()) {
    expect((await get(worker, `${origin.host}/orders?`, "/health")).status).toBe(401)
    const answer = await get(worker, `${origin.host}/health?`, "/orders")
    expect(JSON.parse(answer.body)).toMatchObject({ url: "/health?/orders", headers: { host: origin.host } })
  }
})

test("a host in capitals is the same host", async () => {
  const host = origin.host.replace("127.0.0.1", "LOCALHOST")
  for (const worker of workers()) {
    expect((await get(worker, host, "/health")).status).toBe(200)
    expect((await get(worker, host, "/orders")).status).toBe(401)
  }
})

describe("a target that is no path", () => {
  test.each([
    ["OPTIONS", "*", 400],
    ["GET", "*", 400],
    ["GET", "//health", 400],
    ["GET", "/health#/orders", 200],
    ["GET", "/orders#/health", 401],
    ["GET", "/orders?/health", 401],
    ["GET", "/orders/?/../../health", 401],
  ])("%s %s", async (method, target, status) => {
    for (const worker of workers()) expect((await get(worker, origin.host, target, method)).status).toBe(status)
  })

  test.each(["http", "https"])("but an address of another host, with %s, is asked of this one", async (scheme) => {
    for (const worker of workers()) {
      const answer = await get(worker, origin.host, `${scheme}://${other.host}/health`)
      expect(JSON.parse(answer.body)).toMatchObject({ url: "/health", headers: { host: origin.host } })
      expect((await get(worker, origin.host, `${scheme}://${other.host}/orders`)).status).toBe(401)
    }
    expect(other.requests).toBe(0)
  })
})
