import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decodeJwt, decodeProtectedHeader } from "jose"
import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { discoverClient } from "../../dev/flows/client.ts"
import type { FlowChoices, IssuedToken } from "../../dev/flows/flow.ts"
import { flows } from "../../dev/flows/flows.ts"
import { callThrough, kinds } from "../../dev/gateway/api-gateway.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import type { TokenProfile } from "../../dev/issuer/token-shape.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { type EchoOrigin, startEchoOrigin } from "../support/echo-origin.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"
import { sendRaw } from "../support/raw-http.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"

// What a certified provider issues to a certified client in each flow, at both edges as they are deployed.
const profiles = ["auth0", "rfc9068"] as const
type Policy = "shipped" | "callers"

/** Looks at who calls and how they got their token, as far as a token tells. */
const callers: ConfigInput = {
  routes: [
    { path: "/users-only", principal: "user" },
    { path: "/machines-only", principal: "machine" },
    { path: "/no-passwords", refusedGrantTypes: ["password"] },
    { path: "/of-acme", organization: "org_acme" },
  ],
}

/** Both edges under one policy, before one issuer. */
interface Edges {
  readonly worker: RunningWorker
  readonly handler: LambdaRuntime
  readonly simpleHandler: LambdaRuntime
}

let folder: string
let origin: EchoOrigin
const issuers = new Map<TokenProfile, LocalIssuer>()
const edges = new Map<string, Edges>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"))
  origin = await startEchoOrigin()
  await bundleLambda({ entryPoint: "lambda/index.ts", outfile: join(folder, "shipped.mjs") })
  await bundleLambda({ entryPoint: "lambda/index.ts", outfile: join(folder, "callers.mjs"), policy: callers })
  for (const tokenProfile of profiles) issuers.set(tokenProfile, await startIssuer({ tokenProfile }))
  for (const profile of profiles)
    for (const policy of ["shipped", "callers"] as const) edges.set(profile + policy, await startEdges(profile, policy))
})
afterAll(async () => {
  const parts = [...edges.values()].flatMap((edge) => Object.values(edge) as { close(): Promise<void> }[])
  await Promise.all([...parts, ...issuers.values()].map((part) => part.close()))
  origin.close()
  await rm(folder, { recursive: true, force: true })
})

async function startEdges(profile: TokenProfile, policy: Policy): Promise<Edges> {
  const { issuer, audience } = issuerOf(profile)
  const environment = { AUTH0_DOMAIN: issuer, AUTH0_AUDIENCE: audience }
  const external = { ORIGIN: origin.host }
  const withPolicy = { POLICIES: JSON.stringify({ callers: { ...callers, issuers: [issuerInput(profile)] } }) }
  const bundle = join(folder, `${policy}.mjs`)
  return {
    worker:
      policy === "shipped"
        ? await startWorkerd({ entryPoint: "workers/index.ts", text: environment, external })
        : await startWorkerd({ entryPoint: "test/support/guard.worker.ts", text: withPolicy, external }),
    handler: await startLambdaRuntime({ bundle, handlerName: "handler", environment }),
    simpleHandler: await startLambdaRuntime({ bundle, handlerName: "simpleHandler", environment }),
  }
}

function issuerInput(profile: TokenProfile) {
  const { issuer, audience } = issuerOf(profile)
  return { issuer, audiences: [audience], profile: "auth0" as const }
}

function issuerOf(profile: TokenProfile): LocalIssuer {
  const issuer = issuers.get(profile)
  if (!issuer) throw new Error("not started")
  return issuer
}

const alice: FlowChoices = {
  user: "alice",
  scope: "openid read:orders write:orders",
  withAudience: true,
  organization: null,
}
const asBob: FlowChoices = { ...alice, user: "bob" }

/** How a call ends: null where it is let in. */
type Ending = { readonly status: number; readonly reason: string } | null

interface Row {
  readonly name: string
  readonly profile?: TokenProfile
  readonly flow: string
  readonly choices?: FlowChoices
  /** Which of the flow's tokens is sent: the access token, unless it is said. */
  readonly kind?: IssuedToken["kind"]
  readonly policy?: Policy
  readonly calls: Readonly<Record<string, Ending>>
}

const isNoAccessToken = { status: 401, reason: "token_type" }
const isBound = { status: 401, reason: "binding_missing" }
const isOpaque = { status: 401, reason: "token_malformed" }
const lacksScope = { status: 403, reason: "scope_insufficient" }
const isUnmet = { status: 403, reason: "requirement_unmet" }
const fullAccess = { "GET /orders": null, "POST /orders": null, "DELETE /orders/7": null, "GET /whoami": null }

/** Who calls, as far as the token of a flow tells. */
const aUser = { "GET /users-only": null, "GET /machines-only": isUnmet, "GET /no-passwords": null }
const aMachine = { "GET /users-only": isUnmet, "GET /machines-only": null, "GET /no-passwords": null }

const userFlows = ["authorization-code", "pkce", "hybrid", "device", "password", "refresh"]
const rows: readonly Row[] = [
  ...userFlows.map((flow) => ({ name: "a user who may do all", flow, calls: fullAccess })),
  ...userFlows.map((flow) => ({
    name: "a user who asked for more than they have",
    flow,
    choices: asBob,
    calls: { "GET /orders": null, "POST /orders": lacksScope },
  })),
  {
    name: "a user who asked for nothing of the API",
    flow: "pkce",
    choices: { ...alice, scope: "openid" },
    calls: { "GET /orders": lacksScope, "GET /whoami": null },
  },
  { name: "a machine", flow: "client-credentials", calls: fullAccess },
  {
    name: "a machine that asked for less",
    flow: "client-credentials",
    choices: { ...alice, scope: "read:orders" },
    calls: { "GET /orders": null, "POST /orders": lacksScope },
  },

  ...["implicit-form-post", "hybrid", "authorization-code"].map((flow) => ({
    name: "an ID token, as an access token",
    flow,
    kind: "id" as const,
    calls: { "GET /orders": isNoAccessToken, "GET /whoami": isNoAccessToken },
  })),
  // It looks like the other: who wants to keep it out must not let clients have it (response_type without "token").
  { name: "the token of the front channel", flow: "hybrid", kind: "front-channel", calls: fullAccess },
  { name: "a refresh token", flow: "refresh", kind: "refresh", calls: { "GET /whoami": isOpaque } },
  {
    name: "a token that is bound to a key, without proof",
    flow: "dpop",
    calls: { "GET /orders": isBound, "GET /whoami": isBound },
  },
  ...["authorization-code", "client-credentials", "password"].map((flow) => ({
    name: "an opaque token, since no audience was asked for",
    flow,
    choices: { ...alice, withAudience: false },
    calls: { "GET /whoami": isOpaque },
  })),

  // What an API can tell of a flow, and what it can't.
  ...["authorization-code", "pkce", "hybrid", "device", "refresh"].map((flow) => ({
    name: "is a user's",
    flow,
    policy: "callers" as const,
    calls: aUser,
  })),
  {
    name: "is a user's, got by password",
    flow: "password",
    policy: "callers",
    calls: { ...aUser, "GET /no-passwords": isUnmet },
  },
  { name: "is a machine's", flow: "client-credentials", policy: "callers", calls: aMachine },
  {
    name: "a login to an organization",
    flow: "pkce",
    choices: { ...alice, organization: "org_acme" },
    policy: "callers",
    calls: { "GET /of-acme": null },
  },
  {
    name: "a login to another organization",
    flow: "pkce",
    choices: { ...alice, organization: "org_globex" },
    policy: "callers",
    calls: { "GET /of-acme": isUnmet },
  },
  { name: "a login to no organization", flow: "device", policy: "callers", calls: { "GET /of-acme": isUnmet } },
  {
    name: "a machine's token for an organization",
    flow: "client-credentials",
    choices: { ...alice, organization: "org_acme" },
    policy: "callers",
    calls: { "GET /of-acme": null },
  },

  // The other profile of the same API. It has no `gty`, so that a password can't be told from another login.
  ...["authorization-code", "device", "client-credentials"].map((flow) => ({
    name: "with the profile of RFC 9068",
    profile: "rfc9068" as const,
    flow,
    calls: fullAccess,
  })),
  {
    name: "an ID token beside the profile of RFC 9068",
    profile: "rfc9068",
    flow: "implicit-form-post",
    kind: "id",
    calls: { "GET /whoami": isNoAccessToken },
  },
  {
    name: "can't be told from another user's login in the profile of RFC 9068",
    profile: "rfc9068",
    flow: "password",
    policy: "callers",
    calls: aUser,
  },
  {
    name: "is a machine's in the profile of RFC 9068, too",
    profile: "rfc9068",
    flow: "client-credentials",
    policy: "callers",
    calls: aMachine,
  },
]

describe.each(rows)("$flow: $name", ({ profile = "auth0", flow, choices = alice, kind = "access", policy, calls }) => {
  let token: string
  beforeAll(async () => {
    token = await tokenOf(profile, flow, choices, kind)
  })

  describe.each(Object.entries(calls))("%s", (call, ending) => {
    meets(profile, policy ?? "shipped", call, ending, () => [["Authorization", `Bearer ${token}`]])
  })
})

describe("a key that was rotated in just now", () => {
  let token: string
  beforeAll(async () => {
    const issuer = issuerOf("auth0")
    const kid = await issuer.rotate()
    token = await newToken("auth0", "client-credentials", alice, "access")
    expect(decodeProtectedHeader(token).kid).toBe(kid)
  })
  describe("GET /orders", () =>
    meets("auth0", "shipped", "GET /orders", null, () => [["Authorization", `Bearer ${token}`]]))
})

describe.each(["slow", "down", "garbage"] as const)(
  "an issuer that is, or sends, %s: known keys keep working",
  (behaviour) => {
    let token: string
    beforeAll(async () => {
      token = await tokenOf("auth0", "client-credentials", alice, "access")
      issuerOf("auth0").behaveAs(behaviour)
    })
    afterAll(() => issuerOf("auth0").behaveAs("well"))
    describe("GET /orders", () =>
      meets("auth0", "shipped", "GET /orders", null, () => [["Authorization", `Bearer ${token}`]]))
  },
)

describe.each([
  { skew: 3600, ending: { status: 401, reason: "token_not_yet_valid" } },
  { skew: -172_800, ending: { status: 401, reason: "token_expired" } },
])("an issuer whose clock is $skew seconds ahead", ({ skew, ending }) => {
  let token: string
  beforeAll(async () => {
    issuerOf("auth0").skewClock(skew)
    token = await newToken("auth0", "client-credentials", alice, "access")
    issuerOf("auth0").skewClock(0)
  })
  describe("GET /orders", () =>
    meets("auth0", "shipped", "GET /orders", ending, () => [["Authorization", `Bearer ${token}`]]))
})

describe("a bound token with its proof", () => {
  let headers: readonly (readonly [string, string])[]
  beforeAll(async () => {
    const issuer = issuerOf("auth0")
    const configuration = await discoverClient(issuer, "dpop")
    const proof = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair("ES256"))
    const parameters = { audience: issuer.audience, scope: "read:orders" }
    const { access_token } = await client.clientCredentialsGrant(configuration, parameters, { DPoP: proof })
    // As the client library sends it to an API.
    let sent = new Headers()
    configuration[client.customFetch] = async (_url, options) => {
      sent = new Headers(options.headers)
      return new Response()
    }
    const url = new URL("http://api.test/orders")
    await client.fetchProtectedResource(configuration, access_token, url, "GET", undefined, undefined, { DPoP: proof })
    expect(sent.get("authorization")).toBe(`DPoP ${access_token}`)
    headers = [...sent].filter(([name]) => ["authorization", "dpop"].includes(name))
    expect(headers).toHaveLength(2)
  })
  // Proofs are not looked at yet, so that their scheme is no credential.
  const ending = { status: 401, reason: "credentials_missing" }
  describe("GET /orders", () => meets("auth0", "shipped", "GET /orders", ending, () => headers))
})

test("the refusal of an ID token says what it is", async () => {
  const token = await tokenOf("auth0", "implicit-form-post", alice, "id")
  const { worker } = edgesOf("auth0", "shipped")
  const answer = await sendRaw(worker.host, {
    method: "GET",
    target: "/orders",
    headers: [
      ["Host", "api.test"],
      ["Authorization", `Bearer ${token}`],
    ],
  })
  expect(answer.status).toBe(401)
  expect(answer.headers["www-authenticate"]).toContain('error_description="The token is not an access token"')
  expect(JSON.parse(answer.body)).toMatchObject({ reason: "token_type", detail: "The token is not an access token" })
})

test("nothing in a front-channel token tells it from the one that the code is exchanged for", async () => {
  const [front, back] = await Promise.all(
    (["front-channel", "access"] as const).map((kind) => tokenOf("auth0", "hybrid", alice, kind)),
  )
  const { iat: _, exp: __, ...frontClaims } = decodeJwt(front ?? "")
  const { iat: ___, exp: ____, ...backClaims } = decodeJwt(back ?? "")
  expect(frontClaims).toEqual(backClaims)
  expect(decodeProtectedHeader(front ?? "")).toEqual(decodeProtectedHeader(back ?? ""))
})

/** A test for each edge, and for each way in which API Gateway asks. */
function meets(
  profile: TokenProfile,
  policy: Policy,
  call: string,
  ending: Ending,
  headers: () => readonly (readonly [string, string])[],
): void {
  const [method = "", path = ""] = call.split(" ")

  test("Worker", async () => {
    const host = ["Host", `${policy}.test`] as const
    const { worker } = edgesOf(profile, policy)
    const answer = await sendRaw(worker.host, { method, target: path, headers: [host, ...headers()] })
    expect(answer.status).toBe(ending?.status ?? 200)
    expect(JSON.parse(answer.body)).toMatchObject(ending ?? { method, url: path })
  })

  test.each(kinds)("API Gateway: %s", async (kind) => {
    const { handler, simpleHandler } = edgesOf(profile, policy)
    const { invoke } = kind === "http-2.0-simple" ? simpleHandler : handler
    const { status, context } = await callThrough(kind, { api: "abcdef1234", method, path, headers: headers() }, invoke)
    if (!ending) expect(status).toBe(200)
    else if (ending.status === 401 && kind.startsWith("rest")) expect(status).toBe(401)
    else expect({ status, reason: context.reason }).toEqual({ status: 403, reason: ending.reason })
  })
}

function edgesOf(profile: TokenProfile, policy: Policy): Edges {
  const found = edges.get(profile + policy)
  if (!found) throw new Error("not started")
  return found
}

const issued = new Map<string, Promise<readonly IssuedToken[]>>()

/** One of the tokens of a flow, which is gone through once for all rows with the same choices. */
async function tokenOf(profile: TokenProfile, id: string, choices: FlowChoices, kind: IssuedToken["kind"]) {
  const name = JSON.stringify([profile, id, choices])
  const tokens = issued.get(name) ?? run(profile, id, choices)
  issued.set(name, tokens)
  return pick(await tokens, kind)
}

async function newToken(profile: TokenProfile, id: string, choices: FlowChoices, kind: IssuedToken["kind"]) {
  return pick(await run(profile, id, choices), kind)
}

async function run(profile: TokenProfile, id: string, choices: FlowChoices): Promise<readonly IssuedToken[]> {
  const flow = flows.find((one) => one.id === id)
  if (!flow) throw new Error(`no flow ${id}`)
  return flow.run(issuerOf(profile), choices, () => {})
}

function pick(tokens: readonly IssuedToken[], kind: IssuedToken["kind"]): string {
  const found = tokens.find((one) => one.kind === kind)
  if (!found) throw new Error(`no ${kind} token came of it`)
  return found.token
}
