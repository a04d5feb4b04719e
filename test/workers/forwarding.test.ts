import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { type ClientRequest, type IncomingMessage, request } from "node:http"
import { buffer } from "node:stream/consumers"
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { ConfigInput } from "../../core/index.ts"
import { type ApiRequest, byAddress, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"

const policy: ConfigInput = {
  routes: [
    { path: "/public/**", access: "public" },
    { path: "/**" },
    { path: "/dav/**", methods: ["PROPFIND", "GET"] },
  ],
}

describe.each([
  ["through a service binding", true],
  ["to the route's own origin", false],
])("%s", (_name, bound) => {
  let api: GuardedApi
  const send = (request: ApiRequest) => api.send({ policy: byAddress, ...request })

  beforeAll(async () => {
    api = await startGuardedApi({ [byAddress]: policy }, { bound })
  })
  afterEach(() => {
    api.origin.answer = null
  })
  afterAll(() => api?.close())

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("the method %s", async (method) => {
    const answer = await send({ method })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ method, url: "/orders" })
  })

  test("the method HEAD, and its answer's headers", async () => {
    const answer = await send({ method: "HEAD", headers: [["x-answer-etag", '"1"']] })
    expect(answer).toMatchObject({ status: 200, body: "", headers: { etag: '"1"' } })
  })

  test("a method that a rule names", async () => {
    expect(JSON.parse((await send({ method: "PROPFIND", target: "/dav/x" })).body)).toMatchObject({
      method: "PROPFIND",
    })
  })

  test.each([
    ["the path in its canonical spelling", "/%6Frders/%c3%a9", "/orders/%C3%A9"],
    ["a path with characters that need escapes", "/a|b[c]^d", "/a%7Cb%5Bc%5D%5Ed"],
    ["a trailing slash", "/orders/", "/orders/"],
    ["the root", "/", "/"],
    ["a colon and a dollar", "/$connect/a:b", "/$connect/a:b"],
    ["a query with escapes", "/x?a=%2e%2e/&b=%61&c=a+b&d&%c3%a9", "/x?a=%2e%2e/&b=%61&c=a+b&d&%c3%a9"],
    ["a query that is no form", "/x?[1]{2}|3^4`5\\6;7*8!", "/x?[1]{2}|3^4`5\\6;7*8!"],
    ["a query with broken escapes", "/x?%zz&%", "/x?%zz&%"],
    ["a query with dot segments", "/x?/../a=../..", "/x?/../a=../.."],
    ["names that stand twice in a query", "/x?a=1&a=2&&", "/x?a=1&a=2&&"],
    ["an empty query", "/x?", "/x?"],
    ["a second question mark", "/x??a", "/x??a"],
    // The URL standard escapes it, and so does every browser.
    ["an apostrophe in a query", "/x?a='b'", "/x?a=%27b%27"],
  ])("%s", async (_name, target, url) => {
    expect(JSON.parse((await send({ target })).body)).toMatchObject({ url })
    const open = JSON.parse((await send({ target: `/public${target}`, token: null })).body)
    expect(open).toMatchObject({ url: `/public${url}` })
  })

  test("request headers that say nothing of who calls", async () => {
    const headers = {
      accept: "text/html;q=0.9",
      "content-type": "application/merge-patch+json",
      cookie: "session=1; theme=dark",
      "if-none-match": '"1"',
      range: "bytes=0-99",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "user-agent": "curl/8",
      "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-proto": "https",
      "x-request-id": "7",
      "x-users": "3",
    }
    expect(JSON.parse((await send({ headers: Object.entries(headers) })).body).headers).toMatchObject(headers)
  })

  test.each([200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 404, 409, 429, 500, 503, 599])(
    "the status %i",
    async (status) => {
      api.origin.answer = (_request, response) => {
        response.writeHead(status, { location: `http://${api.origin.host}/elsewhere`, "x-answer": "1" })
        response.end([204, 304].includes(status) ? undefined : "the body")
      }
      for (const target of ["/orders", "/public/orders"]) {
        const before = api.origin.requests
        const answer = await send({ target })
        expect(answer).toMatchObject({
          status,
          headers: { location: `http://${api.origin.host}/elsewhere`, "x-answer": "1" },
          body: [204, 304].includes(status) ? "" : "the body",
        })
        // A redirect is the client's to follow.
        expect(api.origin.requests).toBe(before + 1)
      }
    },
  )

  test("response headers, those that stand twice among them", async () => {
    api.origin.answer = (_request, response) => {
      response.setHeader("set-cookie", ["a=1; Path=/", "b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT"])
      response.setHeader("www-authenticate", 'Basic realm="origin"')
      response.setHeader("vary", "Accept-Language").end()
    }
    const response = await responseTo(open(api, { target: "/orders" }).end())
    expect(response.headers).toMatchObject({
      "set-cookie": ["a=1; Path=/", "b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT"],
      "www-authenticate": 'Basic realm="origin"',
      vary: "Accept-Language",
    })
    response.resume()
  })

  test("a compressed body, as it is", async () => {
    const compressed = gzipSync("hello ".repeat(100))
    api.origin.answer = (_request, response) => response.setHeader("content-encoding", "gzip").end(compressed)
    const response = await responseTo(open(api, { target: "/orders", headers: { "accept-encoding": "gzip" } }).end())
    expect(response.headers["content-encoding"]).toBe("gzip")
    expect(await buffer(response)).toEqual(compressed)
  })

  test.each([
    ["of known length", { "content-length": "9" }],
    ["in chunks", { "transfer-encoding": "chunked" }],
  ])("a request body %s is not held back until it is complete", async (_name, headers) => {
    const firstChunk = Promise.withResolvers<string>()
    api.origin.answer = async (incoming, response) => {
      incoming.once("data", (chunk) => firstChunk.resolve(String(chunk)))
      response.end(await buffer(incoming))
    }
    const outgoing = open(api, { method: "POST", target: "/orders", headers })
    outgoing.write("first")
    expect(await firstChunk.promise).toBe("first")
    outgoing.end("last")
    expect(String(await buffer(await responseTo(outgoing)))).toBe("firstlast")
  })

  test("a response body is not held back until it is complete", async () => {
    const firstChunkSeen = Promise.withResolvers<void>()
    api.origin.answer = async (_request, response) => {
      response.write("first")
      await firstChunkSeen.promise
      response.end("last")
    }
    const response = await responseTo(open(api, { target: "/orders" }).end())
    const [chunk] = await once(response, "data")
    expect(String(chunk)).toBe("first")
    firstChunkSeen.resolve()
    expect(String(await buffer(response))).toBe("last")
  })

  test("16 MiB there and back", async () => {
    api.origin.answer = (incoming, response) => void incoming.pipe(response)
    const body = randomBytes(16 * 1024 * 1024)
    const outgoing = open(api, { method: "PUT", target: "/orders", headers: { "content-length": String(body.length) } })
    const [response] = await Promise.all([responseTo(outgoing), outgoing.end(body)])
    expect(sha256(await buffer(response))).toBe(sha256(body))
  })

  test("a body that the origin breaks off doesn't pass for a whole one", async () => {
    api.origin.answer = (_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy())
    }
    await expect(responseTo(open(api, { target: "/orders" }).end()).then(buffer)).rejects.toThrow()
  })
})

/** A request under way, with a good token, whose body and response the caller drives. */
function open(
  api: GuardedApi,
  { method = "GET", target, headers = {} }: { method?: string; target: string; headers?: Record<string, string> },
): ClientRequest {
  const [hostname, port] = api.worker.host.split(":")
  const all = { host: api.origin.host, authorization: `Bearer ${api.token()}`, ...headers }
  return request({ hostname, port, method, path: target, headers: all, agent: false })
}

async function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(outgoing, "response")
  return response
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
