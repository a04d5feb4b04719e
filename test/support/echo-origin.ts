import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface EchoOrigin {
  /** "127.0.0.1:port". */
  readonly host: string
  readonly requests: number
  close(): void
}

/** An origin that answers every request with what it received, as JSON. `x-answer-*` request headers become its answer's. */
export async function startEchoOrigin(): Promise<EchoOrigin> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
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
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    close: () => void server.close(),
  }
}
