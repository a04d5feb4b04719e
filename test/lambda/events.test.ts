import { describe, expect, test } from "vitest"
import { isLiteralArn, parseArn } from "../../lambda/arn.ts"
import { type AuthorizerEvent, readCall } from "../../lambda/events.ts"

const account = "arn:aws:execute-api:eu-central-1:123456789012:abc"

describe("an ARN is taken apart in every partition", () => {
  test.each(["aws", "aws-cn", "aws-us-gov"])("%s", (partition) => {
    const text = `arn:${partition}:execute-api:cn-north-1:123456789012:abc/prod/GET/orders/a:b`
    const stageArn = `arn:${partition}:execute-api:cn-north-1:123456789012:abc/prod`
    expect(parseArn(text)).toEqual({ text, stageArn, stage: "prod", method: "GET", path: "/orders/a:b" })
  })

  test.each([
    [`${account}/prod/GET/`, { method: "GET", path: "/" }],
    [`${account}/prod/$connect`, { method: null, path: "/$connect" }],
    [`${account}/$default/$default`, { stage: "$default", method: null }],
  ])("%s", (text, parts) => {
    expect(parseArn(text)).toMatchObject(parts)
  })

  test.each(["", "arn:aws:s3:::bucket/key", `${account}/prod`, "x"])("not one of execute-api: %s", (text) => {
    expect(parseArn(text)).toBeNull()
  })

  test.each(["*", "?", "\u0024{aws:userid}"])("%s would not be read as itself", (part) => {
    expect(isLiteralArn(`${account}/prod/GET/${part}`)).toBe(false)
    expect(isLiteralArn(`${account}/prod/GET/$x{y}`)).toBe(true)
  })
})

interface Row {
  readonly name: string
  readonly event: AuthorizerEvent
  readonly call: object
}

const rest = { type: "REQUEST", methodArn: `${account}/prod/GET/orders` }
const rows: readonly Row[] = [
  {
    name: "TOKEN: all there is, is the header and the ARN",
    event: { type: "TOKEN", methodArn: `${account}/prod/PUT/a`, authorizationToken: "Bearer x" },
    call: { api: "rest", request: { method: "PUT", path: "/a", headers: { authorization: "Bearer x" } } },
  },
  {
    name: "REST: the ARN decides, whatever base path a custom domain put before the path",
    event: { ...rest, path: "/v1/orders", httpMethod: "POST" },
    call: { api: "rest", request: { method: "GET", path: "/orders" } },
  },
  {
    name: "REST: a path that has two readings is handed on, to be refused",
    event: { ...rest, path: "/orders%2Fx" },
    call: { request: { path: "/orders%2Fx" } },
  },
  {
    name: "REST: null maps, as the console sends them",
    event: { ...rest, path: null, headers: null, multiValueHeaders: null, requestContext: null },
    call: { request: { headers: {} } },
  },
  {
    name: "header names in any case, of which a list is the whole truth",
    event: {
      ...rest,
      headers: { AUTHORIZATION: "Bearer b" },
      multiValueHeaders: { AUTHORIZATION: ["Bearer a", "Bearer b"] },
    },
    call: { request: { headers: { authorization: "Bearer a, Bearer b" } } },
  },
  {
    name: "one header in two spellings is two headers",
    event: { ...rest, headers: { Authorization: "Bearer a", authorization: "Bearer b" } },
    call: { request: { headers: { authorization: "Bearer a, Bearer b" } } },
  },
  {
    name: "HTTP 1.0 on the route $default: the event's own method and path",
    event: {
      version: "1.0",
      type: "REQUEST",
      methodArn: `${account}/prod/$default`,
      httpMethod: "GET",
      path: "/prod/a",
    },
    call: { api: "http", version: "1.0", request: { method: "GET", path: "/a" } },
  },
  {
    name: "HTTP 2.0: the path below its stage",
    event: {
      version: "2.0",
      routeArn: `${account}/prod/GET/a`,
      rawPath: "/prod/a",
      requestContext: { http: { method: "GET" } },
    },
    call: { api: "http", version: "2.0", request: { method: "GET", path: "/a" } },
  },
  {
    name: "HTTP 2.0: a path that only begins like the stage",
    event: { version: "2.0", routeArn: `${account}/prod/GET/production`, rawPath: "/production", requestContext: {} },
    call: { request: { path: "/production" } },
  },
  {
    name: "HTTP 2.0: a path that begins with what is the stage's name, as the ARN has it",
    event: { version: "2.0", routeArn: `${account}/prod/GET/prod/x`, rawPath: "/prod/x", requestContext: {} },
    call: { request: { path: "/prod/x" } },
  },
  {
    name: "WebSocket: its route key, as a path",
    event: {
      type: "REQUEST",
      methodArn: `${account}/prod/$connect`,
      requestContext: { eventType: "CONNECT", routeKey: "$connect" },
    },
    call: { api: "websocket", request: { method: "GET", path: "/$connect" } },
  },
]

test.each(rows)("$name", ({ event, call }) => {
  expect(readCall(event)).toMatchObject(call)
})

describe("the query, as it was sent or as it must have been", () => {
  const http = { version: "2.0", routeArn: `${account}/$default/GET/a`, rawPath: "/a" }
  const lists = (multiValueQueryStringParameters: object, queryStringParameters: object | null = null) =>
    ({ ...rest, multiValueQueryStringParameters, queryStringParameters }) as AuthorizerEvent

  test.each<[name: string, event: AuthorizerEvent, query: string | undefined]>([
    ["HTTP 2.0: raw", { ...http, rawQueryString: "a=%31&b=2+3&A=;" }, "a=%31&b=2+3&A=;"],
    ["HTTP 2.0: none", { ...http, rawQueryString: "" }, ""],
    [
      "HTTP 2.0: raw, whatever is made of it",
      { ...http, rawQueryString: "a=1&a=2", queryStringParameters: { a: "1,2" } },
      "a=1&a=2",
    ],
    [
      "HTTP 2.0: null, and what was made of it",
      { ...http, rawQueryString: null, queryStringParameters: { a: "1,2" } },
      "a=1%2C2",
    ],
    ["REST: none", { ...rest, queryStringParameters: null, multiValueQueryStringParameters: null }, ""],
    ["REST: none is spoken of", rest, ""],
    ["REST: every value of a name", lists({ a: ["1", "2"], b: ["3"] }, { a: "2", b: "3" }), "a=1&a=2&b=3"],
    ["REST: a list is the whole truth", lists({ a: ["1"] }, { a: "2" }), "a=1"],
    ["REST: names in two spellings are two", lists({ a: ["1"], A: ["2"] }, { a: "1", A: "2" }), "a=1&A=2"],
    ["REST: what stands in one map alone", lists({ a: ["1"] }, { b: "2" }), "a=1&b=2"],
    ["REST: single values, as from the console", { ...rest, queryStringParameters: { a: "1" } }, "a=1"],
    [
      "REST: decoded, so encoded again",
      lists({ "a b": ["&c=1", "=;+%41 \u00e9"] }),
      "a%20b=%26c%3D1&a%20b=%3D%3B%2B%2541%20%C3%A9",
    ],
    ["REST: no value", lists({ a: [""], b: null as never }, { c: null as never }), "a=&c="],
    ["REST: half a letter, which is no text", lists({ a: ["\ud800"], "\udc00": ["1"] }), "a=%FF&%FF=1"],
    [
      "REST: names that every object has",
      lists(JSON.parse('{"__proto__":["1"]}'), JSON.parse('{"constructor":"2"}')),
      "__proto__=1&constructor=2",
    ],
    [
      "HTTP 1.0: decoded, too",
      { ...rest, version: "1.0", path: "/orders", multiValueQueryStringParameters: { a: ["1", "2"] } },
      "a=1&a=2",
    ],
    [
      "WebSocket: that of the connection",
      {
        methodArn: `${account}/prod/$connect`,
        requestContext: { eventType: "CONNECT" },
        queryStringParameters: { a: "1" },
      },
      "a=1",
    ],
    [
      "TOKEN: not shown, so not known to be empty",
      { type: "TOKEN", methodArn: `${account}/prod/GET/a`, authorizationToken: "x" },
      undefined,
    ],
  ])("%s", (_name, event, query) => {
    expect(readCall(event).request.query).toBe(query)
  })
})

test.each([{}, { type: "REQUEST" }, { methodArn: "arn:aws:s3:::x" }])("what no API sends is an error: %j", (event) => {
  expect(() => readCall(event)).toThrow(TypeError)
})
