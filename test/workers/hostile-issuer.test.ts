import type { RequestListener } from "node:http"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type ApiRequest, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"
import { makeKey, type SigningIssuer, startSigningIssuer } from "../support/signing-issuer.ts"

/** Each of these comes with the right keys, wherever it has a body: taking it for an answer would let the token in. */
interface Row {
  readonly name: string
  readonly profile?: "oidc"
  readonly answer: (keySet: string) => RequestListener
  readonly reason: "keys_unreachable" | "keys_invalid"
  /** From when to when, in seconds, the caller gets to know. */
  readonly after?: number
  readonly within?: number
}

const megabytes = (count: number) => " ".repeat(count * 1_000_000)
const send =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

const rows: Row[] = [
  ...[301, 302, 303, 307, 308].map(
    (status): Row => ({
      name: `redirects (${status})`,
      answer: (keySet) => (request, response) =>
        send(keySet, status, { location: elsewhere.jwksUri })(request, response),
      reason: "keys_unreachable",
    }),
  ),
  ...[201, 206, 300, 404, 500, 503].map(
    (status): Row => ({
      name: `answers ${status}`,
      answer: (keySet) => send(keySet, status),
      reason: "keys_unreachable",
    }),
  ),
  {
    name: "hangs up",
    answer: () => (request) => void request.destroy(),
    reason: "keys_unreachable",
  },
  {
    name: "breaks off a body of known length",
    answer: (keySet) => (_request, response) =>
      void response.writeHead(200, { "content-length": "9999" }).write(keySet, () => response.destroy()),
    reason: "keys_unreachable",
  },
  {
    name: "breaks off a body in chunks",
    answer: (keySet) => (_request, response) => void response.write(keySet, () => response.destroy()),
    reason: "keys_unreachable",
  },
  { name: "sends half of its JSON", answer: (keySet) => send(keySet.slice(0, -1)), reason: "keys_invalid" },
  { name: "sends nothing", answer: () => send(""), reason: "keys_invalid" },
  {
    name: "sends a page",
    answer: () => send("<!doctype html><title>Sign in</title>", 200, { "content-type": "text/html" }),
    reason: "keys_invalid",
  },
  { name: "sends its keys as a list", answer: (keySet) => send(`[${keySet}]`), reason: "keys_invalid" },
  {
    name: "sends more than 100 keys",
    answer: (keySet) => send(JSON.stringify({ keys: Array.from({ length: 101 }, () => JSON.parse(keySet).keys[0]) })),
    reason: "keys_invalid",
  },
  { name: "sends 5 MB", answer: (keySet) => send(keySet + megabytes(5)), reason: "keys_unreachable" },
  {
    name: "sends 5 MB in a few bytes",
    answer: (keySet) => send(gzipSync(keySet + megabytes(5)), 200, { "content-encoding": "gzip" }),
    reason: "keys_unreachable",
  },
  {
    name: "sends without end",
    answer: () => (_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write(megabytes(0.1), more)
      }
      more()
    },
    reason: "keys_unreachable",
  },
  {
    name: "never answers",
    answer: () => () => {},
    reason: "keys_unreachable",
    after: 2.9,
    within: 4,
  },
  {
    name: "never comes to the end of its answer",
    answer: (keySet) => (_request, response) => void response.write(keySet),
    reason: "keys_unreachable",
    after: 2.9,
    within: 4,
  },
  {
    name: "takes its time over each of two documents",
    profile: "oidc",
    answer: () => (request, response) => {
      if (request.url !== "/.well-known/openid-configuration") return
      const issuer = `http://${request.headers.host}/`
      setTimeout(() => response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}.well-known/jwks.json` })), 2000)
    },
    reason: "keys_unreachable",
    after: 4.9,
    within: 7,
  },
  {
    name: "names another issuer in its discovery document",
    profile: "oidc",
    answer: (keySet) => (request, response) => {
      const document = { issuer: elsewhere.issuer, jwks_uri: elsewhere.jwksUri }
      send(request.url === "/.well-known/openid-configuration" ? JSON.stringify(document) : keySet)(request, response)
    },
    reason: "keys_invalid",
  },
  ...["http://169.254.169.254/keys", "http://example.com/keys", "file:///etc/keys", "/keys"].map(
    (jwks_uri): Row => ({
      name: `sends the guard to ${jwks_uri}`,
      profile: "oidc",
      answer: () => (request, response) =>
        send(JSON.stringify({ issuer: `http://${request.headers.host}/`, jwks_uri }))(request, response),
      reason: "keys_invalid",
    }),
  ),
]

const key = makeKey("rsa", { kid: "first", alg: "RS256" })
const issuers = new Map<Row, SigningIssuer>()
/** Has the right keys too, but nobody should ask it. */
let elsewhere: SigningIssuer
let api: GuardedApi

beforeAll(async () => {
  elsewhere = await startSigningIssuer([key])
  await Promise.all(rows.map(async (row) => issuers.set(row, await startSigningIssuer([key]))))
  api = await startGuardedApi((known) =>
    Object.fromEntries(
      rows.map((row, index) => {
        const { issuer } = issuerOf(row)
        const profile = row.profile ?? "auth0"
        return [`row${index}`, { issuers: [{ ...known, issuer, profile, keys: { retryAfterSeconds: 1 } }] }]
      }),
    ),
  )
})
afterAll(async () => {
  await api?.close()
  for (const issuer of [...issuers.values(), elsewhere]) issuer?.close()
})

test.concurrent.for(rows)("an issuer that $name lets nobody in", async (row, { expect }) => {
  issuerOf(row).answer = row.answer(JSON.stringify({ keys: [key.jwk] }))
  const startedAt = performance.now()
  const answer = await api.send(requestUnder(row))
  const seconds = (performance.now() - startedAt) / 1000
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" } })
  expect(JSON.parse(answer.body)).toMatchObject({ reason: row.reason })
  expect(seconds).toBeGreaterThan(row.after ?? 0)
  expect(seconds).toBeLessThan(row.within ?? 3)
  expect(elsewhere.requests).toEqual([])
})

test("each of them is asked again, and believed once it does better", async () => {
  for (const row of rows) issuerOf(row).answer = null
  const statuses = () => Promise.all(rows.map(async (row) => (await api.send(requestUnder(row))).status))
  await expect.poll(statuses, { timeout: 4000, interval: 100 }).toEqual(rows.map(() => 200))
})

function issuerOf(row: Row): SigningIssuer {
  return issuers.get(row) as SigningIssuer
}

function requestUnder(row: Row): ApiRequest {
  return { policy: `row${rows.indexOf(row)}`, token: api.token({ iss: issuerOf(row).issuer }, key) }
}
