import { afterAll, beforeAll, expect, test } from "vitest"
import type { reasons } from "../../core/index.ts"
import { type ApiRequest, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"
import { type IssuerKey, makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

/** What the tokens say that nobody but the origin should get to know. */
const secrets = {
  sub: "auth0|66f1c0ffee5ec2e7",
  email: "alice.liddell@wonderland.example",
  org_id: "org_hatters",
  jti: "0d9b6f1e-tea-party",
  azp: "client-of-the-queen",
  scope: "read:jam write:tarts",
  permissions: ["steal:tarts"],
}
const elsewhere = "https://looking-glass.example/"

let api: GuardedApi
let emptyIssuer: SigningIssuer
const key = makeKey("rsa", { kid: "first", alg: "RS256" })
const now = Math.floor(Date.now() / 1000)
/** All that was sent as a token. */
const tokens: string[] = []

beforeAll(async () => {
  emptyIssuer = await startSigningIssuer([])
  api = await startGuardedApi((known) => {
    const routes = [
      { path: "/orders" },
      { path: "/scoped", scopes: ["admin"] },
      { path: "/permitted", permissions: ["admin"] },
      { path: "/elsewhere/:organisation", where: { "params.organisation": { equals: { claim: "org_id" } } } },
      { path: "/searched", where: { "query.email": { equals: { claim: "name" } } } },
      { path: "/told", where: { "headers.x-email": { oneOf: { claim: "permissions" } } } },
      { path: "/organised", organization: ["org_dormice"], claims: { email: { exists: true } } },
      { path: "/recent", stepUp: { acr: ["mfa"], maxAgeSeconds: 60 } },
      { path: "/watched/**", report: true, scopes: ["admin"] },
      { path: "/public", access: "public" },
    ] as const
    const withIssuer = (changes: object) => ({ issuers: [{ ...known, ...changes }], routes })
    return {
      api: withIssuer({}),
      short: withIssuer({ maximumLifetimeSeconds: 60 }),
      down: withIssuer({ jwksUri: "http://127.0.0.1:9/keys" }),
      empty: withIssuer({ jwksUri: emptyIssuer.jwksUri }),
    }
  })
  api.issuer.keys = [key]
})
afterAll(async () => {
  await api?.close()
  emptyIssuer?.close()
})

/** A token that would be let in, but for what is changed. */
function token(claims: object = {}, header: object = {}, signer: IssuerKey = key): string {
  const ordinary = { iss: api.issuer.issuer, aud: "https://api.example.com", iat: now, exp: now + 300, ...secrets }
  const made = signJws(
    signer.privateKey,
    "RS256",
    { alg: "RS256", kid: signer.jwk.kid, ...header },
    { ...ordinary, ...claims },
  )
  tokens.push(made)
  return made
}

const withToken = (...change: Parameters<typeof token>): ApiRequest => ({ token: token(...change) })
const withHeader = (...values: string[]): ApiRequest => ({
  token: null,
  headers: values.map((value) => ["Authorization", value] as const),
})

/** For each reason, requests that are refused for it. */
const refused: Record<keyof typeof reasons, () => ApiRequest[]> = {
  path_ambiguous: () => [{ ...withToken(), target: `/orders//${secrets.email}` }],
  route_unknown: () => [{ ...withToken(), target: "/elsewhere" }],
  // As they go wrong in real life: in the query, without the scheme, under a scheme of one's own.
  credentials_missing: () => [
    { token: null, target: `/orders?access_token=${token()}` },
    withHeader(token()),
    withHeader(`Token ${token()}`),
    withHeader(`DPoP ${token()}`),
  ],
  credentials_malformed: () => [
    withHeader(`Bearer ${token()} ${token()}`),
    withHeader(`Bearer "${token()}"`),
    withHeader(`Bearer: ${token()}`),
    withHeader(`Bearer,${token()}`),
    withHeader(`Bearer token=${token()}`),
  ],
  credentials_multiple: () => [withHeader(`Bearer ${token()}`, `Bearer ${token()}`)],
  token_too_large: () => [withToken({ pad: "x".repeat(16_384) })],
  token_malformed: () => [
    withHeader(`Bearer ${token()}.${token()}`),
    withHeader(`Bearer ${token()}==`),
    withHeader(`Bearer ${token().replace(".", "")}`),
    withToken({}, { kid: [secrets.jti] }),
  ],
  token_type: () => [withToken({ nonce: secrets.jti }), withToken({}, { typ: secrets.jti })],
  critical_header: () => [withToken({}, { crit: [secrets.jti] })],
  algorithm_not_allowed: () => [withToken({}, { alg: "none" }), withToken({}, { alg: secrets.jti })],
  issuer_untrusted: () => [withToken({ iss: elsewhere }), withToken({ iss: [elsewhere] })],
  key_unknown: () => [withToken({}, { kid: secrets.jti })],
  signature_invalid: () => [withToken({}, { kid: "first" }, stranger), withToken({}, { kid: undefined }, stranger)],
  token_expired: () => [withToken({ exp: now - 60 })],
  token_not_yet_valid: () => [withToken({ nbf: now + 3600 }), withToken({ iat: now + 3600 })],
  token_lifetime: () => [{ ...withToken(), policy: "short" }],
  audience_mismatch: () => [withToken({ aud: elsewhere }), withToken({ aud: [elsewhere, secrets.email] })],
  claim_missing: () => [withToken({ sub: undefined })],
  claim_invalid: () => [
    withToken({ sub: [secrets.sub] }),
    withToken({ exp: secrets.email }),
    withToken({ aud: [[elsewhere]] }),
    withToken({ scope: { [secrets.jti]: secrets.jti } }),
    withToken({ client_id: { [secrets.azp]: secrets.azp } }),
  ],
  binding_missing: () => [withToken({ cnf: { jkt: secrets.jti } })],
  scope_insufficient: () => [{ ...withToken(), target: "/scoped" }],
  permission_insufficient: () => [{ ...withToken(), target: "/permitted" }],
  requirement_unmet: () => [
    { ...withToken(), target: `/elsewhere/${secrets.email}` },
    { ...withToken(), target: `/searched?email=${secrets.email}` },
    { ...withToken(), target: "/told", headers: [["X-Email", secrets.email]] },
    { ...withToken(), target: "/organised" },
  ],
  authentication_insufficient: () => [{ ...withToken({ acr: secrets.jti, auth_time: now - 600 }), target: "/recent" }],
  keys_unreachable: () => [{ ...withToken(), policy: "down" }],
  keys_invalid: () => [{ ...withToken(), policy: "empty" }],
}
const stranger = makeKey("rsa", { kid: "stranger" })

/** Under a rule that only reports. */
const watched: Partial<Record<keyof typeof reasons, () => ApiRequest>> = {
  scope_insufficient: () => ({ ...withToken(), target: `/watched/${secrets.email}` }),
  token_expired: () => ({ ...withToken({ exp: now - 60 }), target: "/watched" }),
  credentials_missing: () => ({ ...withHeader(token()), target: "/watched" }),
  keys_unreachable: () => ({ ...withToken(), target: "/watched", policy: "down" }),
}

test("each refusal is one line with its reason, and no line tells a token or a claim", async () => {
  const sent: string[] = []
  for (const [reason, requests] of Object.entries(refused))
    for (const request of requests()) {
      const answer = await api.send(request)
      expect([JSON.parse(answer.body).reason, answer.body]).toEqual([reason, expect.not.stringContaining("eyJ")])
      sent.push(reason)
    }
  for (const request of Object.values(watched)) {
    const answer = await api.send(request())
    expect([answer.status, JSON.parse(answer.body).headers["x-auth-sub"]]).toEqual([200, undefined])
  }
  // None of these is refused.
  const letIn = [{}, { target: "/public" }, { ...withToken({ scope: "admin" }), target: "/watched" }]
  for (const request of letIn) expect((await api.send({ ...withToken(), ...request })).status).toBe(200)
  api.origin.answer = (incoming) => void incoming.destroy()
  expect((await api.send(withToken())).status).toBe(502)
  await api.worker.close()

  const logs = api.worker.logs()
  const linesOf = (message: string) =>
    logs.split("\n").flatMap((line) => (line.includes(`"message":"${message}"`) ? [JSON.parse(line)] : []))
  const logged = linesOf("request not allowed")
  expect(logged.map(({ reason }) => reason).sort()).toEqual(sent.sort())
  for (const line of logged) {
    expect(line).toMatchObject({ message: "request not allowed", outcome: expect.stringMatching(/^(?:refuse|fault)$/) })
    expect(line.checks.at(-1)).toMatchObject({ passed: false })
  }
  const reported = linesOf("request would not be allowed")
  expect(reported.map(({ reported: { reason } }) => reason)).toEqual(Object.keys(watched))
  for (const line of reported) {
    expect(line).toMatchObject({ outcome: "allow", rule: "/watched/**", reported: { outcome: expect.any(String) } })
    expect(line.checks.at(-1)).toMatchObject({ passed: false })
  }

  const told = Object.values(secrets)
    .flat()
    .flatMap((secret) => secret.split(" "))
  for (const secret of [...told, elsewhere, "looking-glass"]) expect(logs).not.toContain(secret)
  expect(piecesOf(tokens).filter((piece) => logs.includes(piece))).toEqual([])
})

/** Every run of twelve characters, so that not even part of a token goes unseen. */
function piecesOf(texts: readonly string[]): string[] {
  const pieces = new Set<string>()
  // Beyond this, the large token repeats itself.
  for (const text of texts)
    for (let start = 0; start + 12 <= Math.min(text.length, 2000); start++) pieces.add(text.slice(start, start + 12))
  return [...pieces]
}
