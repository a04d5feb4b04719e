import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { eventOf } from "../../dev/gateway/api-gateway.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

// The bundle as it is deployed, with policies of which the deployed one knows nothing.

const key = makeKey("rsa", { kid: "first", alg: "RS256" })
const audience = "https://api.example.com"
let issuer: SigningIssuer
let folder: string
let runtime: LambdaRuntime

beforeEach(async () => {
  issuer = await startSigningIssuer([key])
  folder = await mkdtemp(join(tmpdir(), "prefetch-"))
})
afterEach(async () => {
  await runtime.close()
  issuer.close()
  await rm(folder, { recursive: true })
})

test("keys are fetched while the environment starts, and not again for its first call", async () => {
  await start({})
  await vi.waitFor(() => expect(issuer.requests).toHaveLength(1))
  expect(await allows()).toBe(true)
  expect(issuer.requests).toHaveLength(1)
})

test("a call that comes while they are fetched waits for that fetch", async () => {
  const release = Promise.withResolvers<void>()
  issuer.answer = async (_request, response) => {
    await release.promise
    response.end(JSON.stringify({ keys: [key.jwk] }))
  }
  await start({})
  await vi.waitFor(() => expect(issuer.requests).toHaveLength(1))
  const answers = [allows(), allows()]
  release.resolve()
  expect(await Promise.all(answers)).toEqual([true, true])
  expect(issuer.requests).toHaveLength(1)
})

test("what became of it when it failed is no matter to the first call", async () => {
  issuer.answer = (_request, response) => void response.writeHead(503).end()
  await start({})
  await vi.waitFor(() => expect(runtime.logs()).toContain("answered 503"))
  issuer.answer = null
  expect(await allows()).toBe(true)
})

test("nothing is fetched where the first call needs nothing: keys are pinned", async () => {
  const pinned = { issuer: issuer.issuer, fetchedAt: Date.now(), keys: [key.jwk] }
  await start({ pinnedKeys: { issuers: [pinned] } })
  expect(await allows()).toBe(true)
  expect(issuer.requests).toEqual([])
})

test("nothing is fetched ahead of two issuers, of which one may never be asked for", async () => {
  const other = { issuer: "http://127.0.0.1:9/", audiences: [audience], profile: "auth0" } as const
  await start({}, [other])
  expect(await allows("/health", null)).toBe(true)
  expect(issuer.requests).toEqual([])
  expect(runtime.logs()).not.toContain("not loaded")
})

async function start(change: ConfigInput, others: NonNullable<ConfigInput["issuers"]> = []): Promise<void> {
  const bundle = join(folder, "authorizer.mjs")
  const known = { issuer: issuer.issuer, audiences: [audience], profile: "auth0" } as const
  const routes = [{ path: "/health", access: "public" }, { path: "/orders" }] as const
  await bundleLambda({
    entryPoint: "lambda/index.ts",
    outfile: bundle,
    policy: { issuers: [known, ...others], routes, ...change },
  })
  runtime = await startLambdaRuntime({ bundle, environment: { TMPDIR: folder } })
}

async function allows(path = "/orders", signer: typeof key | null = key): Promise<boolean> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer.issuer, sub: "auth0|alice", aud: audience, azp: "web", iat: now, exp: now + 300 }
  const token = signer && signJws(signer.privateKey, "RS256", { alg: "RS256", typ: "JWT", kid: "first" }, claims)
  const headers = token ? [["Authorization", `Bearer ${token}`] as const] : []
  const result = await runtime.invoke(eventOf("http-2.0", { api: "api", method: "GET", path, headers }))
  return JSON.stringify(result).includes('"Effect":"Allow"')
}
