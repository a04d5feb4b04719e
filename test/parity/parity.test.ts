import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  type AccessRequest,
  type Authorizer,
  createAuthorizer,
  type Decision,
  type KeyStore,
  type Reason,
  reasons,
} from "../../core/index.ts"
import { callThrough, type Invoke, isAsked, type Kind, kinds } from "../../dev/gateway/api-gateway.ts"
import { lambdaPorts } from "../../lambda/ports.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { type EchoOrigin, startEchoOrigin } from "../support/echo-origin.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"
import { sendRaw } from "../support/raw-http.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"
import { type Kit, startKit } from "./kit.ts"
import type { Row } from "./row.ts"
import { rows } from "./rows.ts"

/** Every run has an issuer of its own. */
const noStore: KeyStore = { read: async () => null, write: async () => {} }

let kit: Kit
let origin: EchoOrigin
let worker: RunningWorker
let lambda: LambdaRuntime
let authorizers: Map<string, Authorizer>

beforeAll(async () => {
  kit = await startKit()
  origin = await startEchoOrigin()
  authorizers = new Map(
    Object.entries(kit.policies).map(([name, policy]) => [name, createAuthorizer(policy, lambdaPorts(noStore))]),
  )
  const POLICIES = JSON.stringify(kit.policies)
  worker = await startWorkerd({
    entryPoint: "test/support/guard.worker.ts",
    text: { POLICIES },
    external: { ORIGIN: origin.host },
  })
  const bundle = "dist/test/parity.mjs"
  await bundleLambda({ entryPoint: "test/support/authorizer.lambda.ts", outfile: bundle })
  lambda = await startLambdaRuntime({
    bundle: new URL(`../../${bundle}`, import.meta.url).pathname,
    environment: { POLICIES },
  })
})

let isOpen = true
/** After this, their logs are whole. */
async function closeEdges() {
  if (isOpen) await Promise.all([worker?.close(), lambda?.close()])
  isOpen = false
}

afterAll(async () => {
  await closeEdges()
  origin?.close()
  kit?.close()
})

test("every reason has a row, and the table is no toy", () => {
  const covered = new Set(rows.map((row) => row.expect))
  expect(Object.keys(reasons).filter((reason) => !covered.has(reason as Reason))).toEqual([])
  expect(rows.length).toBeGreaterThanOrEqual(150)
})

describe.each(rows.map((row) => [row.name, row] as const))("%s", (_name, row) => {
  const { policy = "orders", method = "GET", path = "/orders", query = "" } = row
  const target = query ? `${path}?${query}` : path

  test("core and the Worker's entry for other Workers give one decision", async () => {
    const headers = headersOf(row)
    const access: AccessRequest = { method, path, query, headers: joined(headers) }
    const decision = (await authorizers.get(policy)?.authorize(access)) as Decision
    expect({ outcome: decision.outcome, reason: reasonOf(decision) }).toEqual(expected(row))
    if (row.scope) expect(decision).toMatchObject({ scope: row.scope.split(" ") })
    if (decision.outcome === "allow") expect(decision.reported?.reason).toBe(row.reported)

    const answer = await sendRaw(worker.host, {
      method: "POST",
      target: "/decide",
      headers: [["Host", "decide"]],
      body: JSON.stringify({ policy, access }),
    })
    expect(comparable(JSON.parse(answer.body))).toEqual(comparable(decision))
  })

  test("the Worker answers as it is decided", async () => {
    const before = origin.requests
    const answer = await sendRaw(worker.host, {
      method,
      target,
      headers: [["Host", `${policy}.test`], ...headersOf(row)],
    })
    if (row.expect === "allow") {
      expect(answer.status).toBe(200)
      if (method === "HEAD") return
      const { url, headers } = JSON.parse(answer.body)
      expect({ url, isNobody: headers["x-auth-sub"] === undefined }).toEqual({
        url: target.replace(path, row.canonical ?? path),
        isNobody: row.token === null || row.reported !== undefined || path === "/health",
      })
      return
    }
    const { status, error } = reasons[row.expect]
    expect(answer.status).toBe(status)
    expect(origin.requests).toBe(before)
    expect(answer.headers["content-type"]).toBe("application/problem+json")
    expect(answer.headers["cache-control"]).toBe("no-store")
    if (method !== "HEAD") expect(JSON.parse(answer.body)).toMatchObject({ status, reason: row.expect })

    const challenge = answer.headers["www-authenticate"]
    if (status === 401 || error) expect(challenge).toMatch(/^Bearer realm="api"/)
    else expect(challenge).toBeUndefined()
    expect(/\berror="([^"]*)"/.exec(challenge ?? "")?.[1]).toBe(error ?? undefined)
    expect(/\bscope="([^"]*)"/.exec(challenge ?? "")?.[1]).toBe(row.scope)
    expect(/\bacr_values="([^"]*)"/.exec(challenge ?? "")?.[1]).toBe(row.acrValues)
    expect(/\bmax_age="([^"]*)"/.exec(challenge ?? "")?.[1]).toBe(row.maxAge)
    expect(answer.headers["retry-after"] !== undefined).toBe(status === 503)
  })

  test.each(kinds)("API Gateway lets in or refuses as it is decided: %s", async (kind) => {
    const call = { api: policy, method, path, query, headers: headersOf(row) }
    const result = await callThrough(kind, call, invoke(kind))
    const outcome = outcomeThrough(kind, row)
    expect(result.status).toBe(isAsked(kind, call) ? gatewayStatus(outcome, kind) : 401)
    if (result.status === 403) expect(result.context.reason).toBe(outcome)
  })
})

test("what is only reported is logged at both edges, and nothing else is", async () => {
  await closeEdges()
  const reported = rows.flatMap((row) => (row.reported ? [{ reason: row.reported, headers: headersOf(row) }] : []))
  expect(reportsIn(worker.logs())).toEqual(reported.map(({ reason }) => reason))
  expect(reportsIn(lambda.logs())).toEqual(
    reported.flatMap(({ reason, headers }) => kinds.filter((kind) => isAsked(kind, { headers })).map(() => reason)),
  )
})

function headersOf(row: Row): (readonly [string, string])[] {
  const { headers = [] } = row
  if (row.token === null) return [...headers]
  const token = typeof row.token === "function" ? row.token(kit) : kit.token(row.token)
  const values = row.authorization?.(token) ?? [`Bearer ${token}`]
  return [...values.map((value) => ["Authorization", value] as const), ...headers]
}

/** As Fetch has them. */
function joined(headers: ReturnType<typeof headersOf>): AccessRequest["headers"] {
  return Object.fromEntries(new Headers(headers.map(([name, value]): [string, string] => [name, value])))
}

function invoke(kind: Kind): Invoke {
  return (event) => lambda.invoke({ simple: kind === "http-2.0-simple", event })
}

/** An edge sees what it is shown. */
function outcomeThrough(kind: Kind, row: Row): Row["expect"] {
  if (kind === "rest-token" && row.looksAtRequest && row.expect === "allow") return "requirement_unmet"
  if ((kind === "rest-request" || kind === "http-1.0") && row.onceDecoded) return row.onceDecoded
  return row.expect
}

/** The reasons in lines about what would not have been allowed, in their order. */
function reportsIn(logs: string): Reason[] {
  const lines = logs.split("\n").map((line) => /\{"message":"request would not be allowed".*\}/.exec(line)?.[0])
  return lines.flatMap((line) => (line ? [JSON.parse(line).reported.reason] : []))
}

/** REST APIs have a 401; HTTP APIs turn every refusal into a 403 and every throw into a 500. */
function gatewayStatus(reason: Row["expect"], kind: Kind): number {
  if (reason === "allow") return 200
  const { status } = reasons[reason]
  if (status === 503) return 500
  return kind.startsWith("rest") && status !== 403 ? 401 : 403
}

function expected({ expect: reason }: Row) {
  if (reason === "allow") return { outcome: "allow", reason: undefined }
  return { outcome: reasons[reason].kind === "fault" ? "fault" : "refuse", reason }
}

function reasonOf(decision: Decision): Reason | undefined {
  return decision.outcome === "allow" ? undefined : decision.reason
}

/** Two edges decide at two moments, and name a failed connection each in its own words. */
function comparable(decision: Decision): unknown {
  return JSON.parse(
    JSON.stringify(decision, (key, value) => (["at", "now", "detail"].includes(key) ? undefined : value)),
  )
}
