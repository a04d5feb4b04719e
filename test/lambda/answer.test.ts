import { describe, expect, test } from "vitest"
import type { Decision, RefusalReason } from "../../core/index.ts"
import { answer } from "../../lambda/answer.ts"
import { type AuthorizerEvent, type Call, readCall } from "../../lambda/events.ts"

const account = "arn:aws-cn:execute-api:cn-north-1:123456789012:abc"
const calls = {
  rest: readCall({ type: "REQUEST", methodArn: `${account}/prod/GET/orders` }),
  websocket: readCall({ methodArn: `${account}/prod/$connect`, requestContext: { eventType: "CONNECT" } }),
  http: readCall({ version: "2.0", routeArn: `${account}/prod/GET/a`, rawPath: "/prod/a" } satisfies AuthorizerEvent),
} satisfies Record<string, Call>
const upstream = { headers: { "x-roles": "roles", "x-email": "email" }, authorization: "drop" } as const
const facts = { at: 0, rule: "GET /orders", checks: [] }
const refusal = (reason: RefusalReason): Decision => ({ outcome: "refuse", reason, ...facts })
const allowance = (claims: Record<string, unknown> = {}, scopes: string[] = ["a", "b"]): Decision => ({
  outcome: "allow",
  path: "/orders",
  principal: {
    issuer: "https://i/",
    subject: "auth0|1",
    clientId: "c",
    scopes,
    permissions: [],
    expiresAt: 9.5,
    claims,
  },
  ...facts,
})

describe.each(["rest", "websocket"] as const)("%s", (api) => {
  test.each(["credentials_missing", "token_expired", "path_ambiguous"] as const)("%s is the exact word", (reason) => {
    expect(() => answer(refusal(reason), calls[api], upstream, {})).toThrow(/^Unauthorized$/)
  })

  test("a refusal for want of scope denies the whole stage, in its own partition", () => {
    const { policyDocument } = answer(refusal("scope_insufficient"), calls[api], upstream, {}) as never as {
      policyDocument: object
    }
    expect(policyDocument).toEqual({
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: [`${account}/prod/*`] }],
    })
  })
})

describe.each(Object.entries(calls))("%s", (_api, call) => {
  test("a fault is another error than Unauthorized", () => {
    const fault: Decision = { outcome: "fault", reason: "keys_unreachable", retryAfter: 5, ...facts }
    expect(() => answer(fault, call, upstream, { simpleResponses: true })).toThrow(/^keys_unreachable/)
  })

  test("what is allowed is this call alone", () => {
    expect(answer(allowance(), call, upstream, {})).toMatchObject({
      principalId: "auth0|1",
      policyDocument: { Statement: [{ Effect: "Allow", Resource: [call.arn.text] }] },
    })
  })
})

test("an HTTP API may be told of a 401 by throwing", () => {
  expect(answer(refusal("token_expired"), calls.http, upstream, {})).toMatchObject({ principalId: "anonymous" })
  expect(() => answer(refusal("token_expired"), calls.http, upstream, { httpUnauthorized: "throw" })).toThrow(
    /^Unauthorized$/,
  )
  expect(answer(refusal("route_unknown"), calls.http, upstream, { httpUnauthorized: "throw" })).toMatchObject({
    context: { reason: "route_unknown" },
  })
})

describe("the context", () => {
  test("is flat: what the policy maps, with lists as JSON", () => {
    const { context } = answer(allowance({ roles: ["x"], email: "e" }), calls.rest, upstream, {})
    expect(context).toEqual({
      rule: "GET /orders",
      sub: "auth0|1",
      iss: "https://i/",
      exp: 9,
      client_id: "c",
      scope: "a b",
      permissions: "",
      "x-roles": '["x"]',
      "x-email": "e",
    })
  })

  test("leaves out what would make it too large, and keeps the rest", () => {
    const { context } = answer(allowance({ email: "x".repeat(9000) }), calls.rest, upstream, {})
    expect(context).not.toHaveProperty("x-email")
    expect(context).toHaveProperty("sub", "auth0|1")
    expect(JSON.stringify(context).length).toBeLessThan(8192)
  })

  test("no claim takes the place of what the authorizer says itself", () => {
    const mapped = { headers: { sub: "email", scope: "email", rule: "email" }, authorization: "drop" } as const
    const { context } = answer(allowance({ email: "e" }), calls.rest, mapped, {})
    expect(context).toMatchObject({ sub: "auth0|1" })
    expect(Object.values(context)).not.toContain("e")
  })

  test("names the scope that would have been enough", () => {
    const refused: Decision = { outcome: "refuse", reason: "scope_insufficient", scope: ["a", "b"], ...facts }
    expect(answer(refused, calls.http, upstream, { simpleResponses: true })).toMatchObject({
      isAuthorized: false,
      context: { reason: "scope_insufficient", required_scope: "a b" },
    })
  })
})
