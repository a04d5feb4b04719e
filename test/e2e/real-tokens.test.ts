import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { callThrough, kinds } from "../../dev/gateway/api-gateway.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { type EchoOrigin, startEchoOrigin } from "../support/echo-origin.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"
import { boundToken, machineToken, userTokens } from "../support/oauth-client.ts"
import { sendRaw } from "../support/raw-http.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"

// What a certified provider issued to a certified client, at both edges as they are deployed, under the shipped policy.
let folder: string
let issuer: LocalIssuer
let origin: EchoOrigin
let worker: RunningWorker
let functions: { handler: LambdaRuntime; simpleHandler: LambdaRuntime }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"))
  issuer = await startIssuer()
  origin = await startEchoOrigin()
  const environment = { AUTH0_DOMAIN: issuer.issuer, AUTH0_AUDIENCE: issuer.audience }
  worker = await startWorkerd({ entryPoint: "workers/index.ts", text: environment, external: { ORIGIN: origin.host } })
  const bundle = join(folder, "authorizer.mjs")
  await bundleLambda({ entryPoint: "lambda/index.ts", outfile: bundle })
  functions = {
    handler: await startLambdaRuntime({ bundle, handlerName: "handler", environment }),
    simpleHandler: await startLambdaRuntime({ bundle, handlerName: "simpleHandler", environment }),
  }
})
afterAll(async () => {
  await Promise.all([worker.close(), functions.handler.close(), functions.simpleHandler.close(), issuer.close()])
  origin.close()
  await rm(folder, { recursive: true, force: true })
})

const orders = {
  read: ["GET", "/orders"],
  write: ["POST", "/orders"],
  remove: ["DELETE", "/orders/7"],
  self: ["GET", "/whoami"],
} as const

interface Case {
  readonly name: string
  readonly token: () => Promise<string>
  /** Each call → the reason of its refusal, or null where it is let in. */
  readonly calls: Partial<Record<keyof typeof orders, { readonly status: number; readonly reason: string } | null>>
}

const scopeLacking = { status: 403, reason: "scope_insufficient" }
const refused = (reason: string) => ({ status: 401, reason })

const cases: readonly Case[] = [
  {
    name: "a machine that may read",
    token: () => machineToken(issuer, { audience: issuer.audience, scope: "read:orders" }),
    calls: { read: null, write: scopeLacking, self: null },
  },
  {
    name: "a user who may read and write",
    token: () => accessToken({ login_hint: "alice", scope: "openid read:orders write:orders" }),
    calls: { read: null, write: null, remove: null, self: null },
  },
  {
    name: "a user who asked for more than they have",
    token: () => accessToken({ login_hint: "bob", scope: "openid read:orders write:orders" }),
    calls: { read: null, write: scopeLacking },
  },
  {
    name: "a user who asked for nothing of the API",
    token: () => accessToken({ login_hint: "alice", scope: "openid" }),
    calls: { read: scopeLacking, self: null },
  },
  {
    name: "an ID token",
    token: async () => String((await userTokens(issuer, { scope: "openid read:orders" })).id_token),
    calls: { read: refused("token_type"), self: refused("token_type") },
  },
  {
    name: "an opaque token, since no audience was asked for",
    token: () => machineToken(issuer, {}),
    calls: { self: refused("token_malformed") },
  },
  {
    name: "a token that is bound to a key, as a bearer token",
    token: async () =>
      (await boundToken(issuer, { audience: issuer.audience, scope: "read:orders" })).answer.access_token,
    calls: { read: refused("binding_missing") },
  },
  {
    name: "a token signed with a key that was rotated in just now",
    token: async () => {
      await issuer.rotate()
      return machineToken(issuer, { audience: issuer.audience, scope: "read:orders" })
    },
    calls: { read: null },
  },
]

describe.each(cases)("$name", ({ token, calls }) => {
  let authorization: string
  beforeAll(async () => {
    authorization = `Bearer ${await token()}`
  })

  describe.each(Object.entries(calls))("%s", (name, ending) => {
    const [method, path] = orders[name as keyof typeof orders]
    const headers = () => [["Authorization", authorization] as const]

    test("Worker", async () => {
      const answer = await sendRaw(worker.host, { method, target: path, headers: [["Host", "api.test"], ...headers()] })
      expect(answer.status).toBe(ending?.status ?? 200)
      expect(JSON.parse(answer.body)).toMatchObject(ending ?? { method, url: path })
    })

    test.each(kinds)("API Gateway: %s", async (kind) => {
      const runtime = kind === "http-2.0-simple" ? functions.simpleHandler : functions.handler
      const call = { api: "abcdef1234", method, path, headers: headers() }
      const { status, context } = await callThrough(kind, call, runtime.invoke)
      if (!ending) expect(status).toBe(200)
      else if (ending.status === 401 && kind.startsWith("rest")) expect(status).toBe(401)
      else expect({ status, reason: context.reason }).toEqual({ status: 403, reason: ending.reason })
    })
  })
})

/** By authorization code with PKCE. */
async function accessToken(parameters: Record<string, string>): Promise<string> {
  return (await userTokens(issuer, parameters)).access_token
}
