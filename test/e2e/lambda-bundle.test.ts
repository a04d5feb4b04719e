import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { requestAccessToken, withForgedScope } from "../../dev/access-token.ts"
import { arnOf, type ClientCall, eventOf, kinds } from "../../dev/gateway/api-gateway.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"

let folder: string
let bundle: string
let issuer: LocalIssuer
let runtimes: Record<HandlerName, LambdaRuntime>
let tokens: Record<"allowed" | "insufficient" | "forged", string>

type HandlerName = "handler" | "simpleHandler"

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-authorizer-lambda-"))
  bundle = join(folder, "authorizer.mjs")
  await bundleLambda({ entryPoint: "lambda/index.ts", outfile: bundle })
  issuer = await startIssuer()
  runtimes = { handler: await start("handler"), simpleHandler: await start("simpleHandler") }
  const insufficient = await requestAccessToken(issuer, "write:orders")
  tokens = {
    allowed: await requestAccessToken(issuer, "read:orders"),
    insufficient,
    forged: withForgedScope(insufficient, "read:orders"),
  }
})
afterAll(async () => {
  await Promise.all(Object.values(runtimes).map((runtime) => runtime.close()))
  await issuer.close()
  await rm(folder, { recursive: true, force: true })
})

function start(handlerName: HandlerName, { issuer: url, audience } = issuer) {
  return startLambdaRuntime({
    bundle,
    handlerName,
    environment: { AUTH0_DOMAIN: url.replace(/\/$/, ""), AUTH0_AUDIENCE: audience },
  })
}

const unauthorized = { outcome: "error", errorType: "Error", errorMessage: "Unauthorized" }

describe.each(kinds)("%s", (kind) => {
  const isSimple = kind === "http-2.0-simple"
  const handlerName = isSimple ? "simpleHandler" : "handler"
  const arn = arnOf(call(undefined), kind.startsWith("rest") ? "prod" : "$default")
  const stage = arn.replace(/\/GET\/.*/, "")
  const allowed = isSimple ? { isAuthorized: true } : policy("m2m@clients", "Allow", arn)
  const denied = isSimple ? { isAuthorized: false } : policy("anonymous", "Deny", `${stage}/*`)
  const refused = (reason: string) =>
    kind.startsWith("rest") ? unauthorized : answered({ ...denied, context: expect.objectContaining({ reason }) })

  test("a token with the scope is allowed", async () => {
    const context = expect.objectContaining({ sub: "m2m@clients", iss: issuer.issuer, scope: "read:orders" })
    expect(await ask(`Bearer ${tokens.allowed}`)).toEqual(answered({ ...allowed, context }))
  })

  test("a token without the scope is refused", async () => {
    const context = expect.objectContaining({ reason: "scope_insufficient", required_scope: "read:orders" })
    expect(await ask(`Bearer ${tokens.insufficient}`)).toEqual(answered({ ...denied, context }))
  })

  test("no token is refused", async () => {
    expect(await ask(undefined)).toEqual(refused("credentials_missing"))
  })

  test("a token that was tampered with is refused", async () => {
    expect(await ask(`Bearer ${tokens.forged}`)).toEqual(refused("signature_invalid"))
  })

  function ask(authorization: string | undefined) {
    return runtimes[handlerName].invoke(eventOf(kind, call(authorization)))
  }
})

describe("websocket", () => {
  const arn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/$connect"

  test("any valid token may connect", async () => {
    const context = expect.objectContaining({ sub: "m2m@clients" })
    const allowed = { ...policy("m2m@clients", "Allow", arn), context }
    expect(await connect(`Bearer ${tokens.insufficient}`)).toEqual(answered(allowed))
  })

  test("no token is refused", async () => {
    expect(await connect(undefined)).toEqual(unauthorized)
  })

  test("a token that was tampered with is refused", async () => {
    expect(await connect(`Bearer ${tokens.forged}`)).toEqual(unauthorized)
  })

  function connect(authorization: string | undefined) {
    return runtimes.handler.invoke({
      type: "REQUEST",
      methodArn: arn,
      headers: { Host: "api.example.com", ...(authorization && { Authorization: authorization }) },
      multiValueHeaders: { Host: ["api.example.com"], ...(authorization && { Authorization: [authorization] }) },
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      stageVariables: {},
      requestContext: {
        routeKey: "$connect",
        eventType: "CONNECT",
        messageDirection: "IN",
        connectionId: "ZZZZZZZZIAMCEVQ=",
        stage: "dev",
        domainName: "api.example.com",
      },
    })
  }
})

test("the log tells why, and holds no token", async () => {
  await runtimes.handler.invoke(eventOf("rest-token", call(`Bearer ${tokens.insufficient}`)))
  await runtimes.simpleHandler.invoke(eventOf("http-2.0-simple", call(`Bearer ${tokens.forged}`)))
  const log = runtimes.handler.logs() + runtimes.simpleHandler.logs()
  expect(log).toContain("scope_insufficient")
  expect(log).toContain("signature_invalid")
  for (const token of Object.values(tokens)) for (const part of token.split(".")) expect(log).not.toContain(part)
})

test.each([
  ["absent", {}],
  ["empty, as serverless.yml leaves them", { AUTH0_DOMAIN: "", AUTH0_AUDIENCE: "" }],
])("does not start while its settings are %s", async (_name, environment: Record<string, string>) => {
  vi.stubEnv("AUTH0_DOMAIN", "tenant.eu.auth0.com")
  vi.stubEnv("AUTH0_AUDIENCE", "https://api.example.com")
  const runtime = await startLambdaRuntime({ bundle, environment })
  vi.unstubAllEnvs()
  const failure = { errorType: "ConfigError", errorMessage: expect.stringContaining("AUTH0_DOMAIN") }
  expect(runtime.initError).toEqual(failure)
  expect(await runtime.invoke(eventOf("rest-token", call(undefined)))).toEqual({ outcome: "error", ...failure })
  await runtime.close()
})

test("an issuer that is down is no 401", async () => {
  const gone = await startIssuer()
  const token = await requestAccessToken(gone, "read:orders")
  await gone.close()
  const runtime = await start("handler", gone)
  const result = await runtime.invoke(eventOf("rest-token", call(`Bearer ${token}`)))
  expect(result).toEqual({
    outcome: "error",
    errorType: "Error",
    errorMessage: expect.stringMatching(/^keys_unreachable/),
  })
  await runtime.close()
})

function call(authorization: string | undefined): ClientCall {
  const headers = authorization === undefined ? [] : [["Authorization", authorization] as const]
  return { api: "a1b2c3d4e5", method: "GET", path: "/orders/7", headers }
}

function answered(body: unknown) {
  return { outcome: "response", body }
}

function policy(principalId: string, Effect: "Allow" | "Deny", Resource: string) {
  const Statement = [{ Action: "execute-api:Invoke", Effect, Resource: [Resource] }]
  return { principalId, policyDocument: { Version: "2012-10-17", Statement } }
}
