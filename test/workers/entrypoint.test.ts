import { afterAll, beforeAll, expect, test } from "vitest"
import type { AccessRequest } from "../../core/index.ts"
import { audience } from "../support/guarded-api.ts"
import { sendRaw } from "../support/raw-http.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"

const key = makeKey("rsa", { kid: "first" })
let issuer: SigningIssuer
let caller: RunningWorker

beforeAll(async () => {
  issuer = await startSigningIssuer([key])
  caller = await startCaller()
})
afterAll(async () => {
  await caller?.close()
  issuer?.close()
})

/** A Worker that asks the deployed one, which begins without keys. */
function startCaller(): Promise<RunningWorker> {
  const text = { AUTH0_DOMAIN: issuer.issuer, AUTH0_AUDIENCE: audience }
  const AUTHORIZER = { entryPoint: "workers/index.ts", entrypoint: "Authorizer", text }
  return startWorkerd({ entryPoint: "test/support/caller.worker.ts", workers: { AUTHORIZER } })
}

const now = Math.floor(Date.now() / 1000)
const claims = { sub: "auth0|alice", aud: audience, azp: "web", iat: now, exp: now + 300, scope: "openid read:orders" }
const tokenWith = (changes: object) =>
  signJws(key.privateKey, "RS256", { alg: "RS256", kid: "first" }, { iss: issuer.issuer, ...claims, ...changes })

/** Asks for a decision, from another Worker. */
async function authorize(request: AccessRequest, from = caller) {
  const body = JSON.stringify(request)
  const answer = await sendRaw(from.host, { method: "POST", target: "/", headers: [["Host", "caller"]], body })
  expect(answer.status).toBe(200)
  const { decision, isPlain } = JSON.parse(answer.body)
  expect(isPlain).toBe(true)
  return decision
}

const at = expect.any(Number)
const passed = (...steps: (string | [step: string, facts: object])[]) =>
  steps.map((step) => {
    const [name, facts] = typeof step === "string" ? [step, null] : step
    return { step: name, passed: true, ...(facts && { facts }) }
  })

test("leave to pass is data", async () => {
  const authorization = `Bearer ${tokenWith({ permissions: ["a"], org_id: "org_1" })}`
  const request = { method: "GET", path: "/%6Frders/7", headers: { authorization } }
  // The guard leaves an issuer alone for five seconds after a failure.
  await expect
    .poll(() => authorize(request), { timeout: 8000, interval: 250 })
    .toEqual({
      outcome: "allow",
      at,
      rule: "GET /orders/:id",
      checks: [
        ...passed("path", ["route", { rule: "GET /orders/:id" }], ["credentials", { scheme: "Bearer" }], "token"),
        ...passed(["issuer", { issuer: issuer.issuer, algorithm: "RS256" }], "keys", "signature"),
        ...passed(["claims", { expiresAt: claims.exp }], "binding", "requirements"),
      ],
      path: "/orders/7",
      principal: {
        issuer: issuer.issuer,
        subject: "auth0|alice",
        clientId: "web",
        scopes: ["openid", "read:orders"],
        permissions: ["a"],
        expiresAt: claims.exp,
        claims: { iss: issuer.issuer, ...claims, permissions: ["a"], org_id: "org_1" },
      },
    })
})

test("leave for anybody is data", async () => {
  expect(await authorize({ method: "GET", path: "/health", headers: {} })).toEqual({
    outcome: "allow",
    at,
    rule: "/health",
    checks: passed("path", ["route", { rule: "/health" }]),
    path: "/health",
    principal: null,
  })
})

test("a refusal is data, and says what would have been enough", async () => {
  const authorization = `Bearer ${tokenWith({ scope: "read:orders" })}`
  expect(await authorize({ method: "POST", path: "/orders", headers: { authorization } })).toEqual({
    outcome: "refuse",
    reason: "scope_insufficient",
    scope: ["write:orders"],
    at,
    rule: "POST /orders",
    checks: [
      ...passed("path", ["route", { rule: "POST /orders" }], ["credentials", { scheme: "Bearer" }], "token"),
      ...passed(["issuer", { issuer: issuer.issuer, algorithm: "RS256" }], "keys", "signature"),
      ...passed(["claims", { expiresAt: claims.exp }], "binding"),
      { step: "requirements", passed: false, facts: { missing: ["write:orders"] } },
    ],
  })
})

test("a refusal at the first step is data", async () => {
  const refused = { outcome: "refuse", at, rule: null }
  expect(await authorize({ method: "GET", path: "/a/../b", headers: {} })).toEqual({
    ...refused,
    reason: "path_ambiguous",
    checks: [{ step: "path", passed: false }],
  })
  expect(await authorize({ method: "GET", path: "/admin", headers: {} })).toEqual({
    ...refused,
    reason: "route_unknown",
    checks: [...passed("path"), { step: "route", passed: false }],
  })
})

test("a fault is data", async () => {
  issuer.answer = (_request, response) => void response.writeHead(500).end()
  const authorization = `Bearer ${tokenWith({})}`
  const cold = await startCaller()
  try {
    expect(await authorize({ method: "GET", path: "/orders", headers: { authorization } }, cold)).toEqual({
      outcome: "fault",
      reason: "keys_unreachable",
      retryAfter: 1,
      at,
      rule: "GET /orders",
      checks: [
        ...passed("path", ["route", { rule: "GET /orders" }], ["credentials", { scheme: "Bearer" }], "token"),
        ...passed(["issuer", { issuer: issuer.issuer, algorithm: "RS256" }]),
        {
          step: "keys",
          passed: false,
          facts: { issuer: issuer.issuer, detail: `${issuer.jwksUri}: answered 500` },
        },
      ],
    })
  } finally {
    issuer.answer = null
    await cold.close()
  }
})
