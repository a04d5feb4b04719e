import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { type EchoOrigin, startEchoOrigin } from "../support/echo-origin.ts"
import { sendRaw } from "../support/raw-http.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"

const key = makeKey("rsa", { kid: "first", alg: "RS256" })
let issuer: SigningIssuer
let origin: EchoOrigin
let worker: RunningWorker

beforeAll(async () => {
  issuer = await startSigningIssuer([key])
  origin = await startEchoOrigin()
  const known = { issuer: issuer.issuer, audiences: ["a"], profile: "auth0" }
  worker = await startWorkerd({
    entryPoint: "test/support/guard.worker.ts",
    text: { POLICIES: JSON.stringify({ api: { issuers: [known] } }) },
    external: { ORIGIN: origin.host },
    workers: { AUTHORIZER_KEYS: { entryPoint: "test/support/hanging-store.worker.ts", entrypoint: "HangingStore" } },
  })
})
afterAll(async () => {
  await worker?.close()
  origin?.close()
  issuer?.close()
})

test("a store that doesn't answer is given up, and the issuer asked; one that takes nothing is logged", async () => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer.issuer, sub: "auth0|alice", aud: "a", azp: "web", iat: now, exp: now + 300 }
  const token = signJws(key.privateKey, "RS256", { alg: "RS256", typ: "JWT", kid: "first" }, claims)
  const headers = [["Host", "api.test"] as const, ["Authorization", `Bearer ${token}`] as const]
  expect((await sendRaw(worker.host, { target: "/", headers })).status).toBe(200)
  expect(issuer.requests).toHaveLength(1)
  await vi.waitFor(() => expect(worker.logs()).toContain("keys not stored"))
})
