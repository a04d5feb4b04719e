import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"

export interface EchoOrigin {
  /** "127.0.0.1:port". */
  readonly host: string
  /** How many requests and upgrades have arrived. */
  readonly requests: number
  /** Answers every request in its own way; null to echo. */
  answer: RequestListener | null
  /** Takes a connection over; null to close it. */
  upgrade: ((request: IncomingMessage, socket: Duplex) => void) | null
  close(): void
}

/** An origin that answers every request with what it received, as JSON. `x-answer-*` request headers become its answer's. */
export async function startEchoOrigin(): Promise<EchoOrigin> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    if (self.answer) return self.answer(request, response)
    let body = ""
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk))
    request.on("end", () => {
      for (const [name, value] of Object.entries(request.headers))
        if (name.startsWith("x-answer-")) response.setHeader(name.slice("x-answer-".length), String(value))
      const { method, url, rawHeaders, headers } = request
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ method, url, rawHeaders, headers, body }))
    })
  })
  server.on("upgrade", (request, socket) => {
    requests++
    if (self.upgrade) self.upgrade(request, socket)
    else socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const self: EchoOrigin = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    answer: null,
    upgrade: null,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return self
}
