import type { IncomingHttpHeaders } from "node:http"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { byAddress, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"
import { acceptWebSocket, openWebSocket, type WebSocketEnd } from "../support/websocket.ts"

describe.each([
  ["through a service binding", true],
  ["to the route's own origin", false],
])("%s", (_name, bound) => {
  let api: GuardedApi
  const connect = (headers: Record<string, string>, target = "/$connect") =>
    openWebSocket(api.worker.host, target, { host: api.origin.host, ...headers })

  beforeAll(async () => {
    const routes = [{ path: "/$connect" }, { path: "/public", access: "public" }] as const
    // With `cors`, each response is taken apart once more, which one that carries a WebSocket would not survive.
    const cors = { origins: "*" } as const
    api = await startGuardedApi({ [byAddress]: { routes, cors } }, { bound })
  })
  afterEach(() => {
    api.origin.upgrade = null
  })
  afterAll(() => api?.close())

  test.each([
    ["a guarded route", "/$connect"],
    ["a public route", "/public"],
  ])("messages, subprotocol and Close pass in both directions on %s", async (_name, target) => {
    const accepted = Promise.withResolvers<{ end: WebSocketEnd; headers: IncomingHttpHeaders }>()
    api.origin.upgrade = (request, socket) =>
      accepted.resolve({ end: acceptWebSocket(request, socket, "chat.v2"), headers: request.headers })

    const opening = connect(
      {
        authorization: `Bearer ${api.token()}`,
        connection: "Upgrade, X-Auth-Sub",
        origin: "https://app.example.com",
        "sec-websocket-protocol": "chat.v1, chat.v2",
        "x-auth-sub": "forged",
      },
      target,
    )
    const { end: server, headers } = await accepted.promise
    const client = (await opening) as WebSocketEnd
    expect(client.protocol).toBe("chat.v2")
    expect(headers["sec-websocket-protocol"]).toBe("chat.v1, chat.v2")
    expect(headers["x-auth-sub"]).toBe(target === "/public" ? undefined : "auth0|alice")
    expect(headers.connection).not.toMatch(/x-auth/i)

    const long = "é".repeat(20_000)
    for (const text of ["hello", long]) {
      client.send(text)
      expect(await server.next()).toBe(text)
      server.send(`${text}!`)
      expect(await client.next()).toBe(`${text}!`)
    }
    client.closeWith(4001)
    expect(await server.next()).toEqual({ closed: 4001 })
  })

  test("a message that the origin sends first is not lost", async () => {
    api.origin.upgrade = (request, socket) => acceptWebSocket(request, socket).send("welcome")
    const client = (await connect({ authorization: `Bearer ${api.token()}` })) as WebSocketEnd
    expect(await client.next()).toBe("welcome")
    client.closeWith(1000)
  })

  test.each([
    ["without a token", {}, 401],
    ["with a forged token", { authorization: "Bearer a.b.c" }, 401],
  ])("a connection %s is refused, and the origin hears nothing", async (_name, headers, status) => {
    const before = api.origin.requests
    expect(await connect(headers)).toEqual({ status })
    expect(api.origin.requests).toBe(before)
  })

  test("an origin that takes no WebSockets is heard", async () => {
    api.origin.upgrade = (_request, socket) =>
      void socket.end("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")
    expect(await connect({ authorization: `Bearer ${api.token()}` })).toEqual({ status: 426 })
  })
})
