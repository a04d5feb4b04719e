import { type Served, serve } from "./serve.ts"

/**
 * Starts the demo API that stands behind the guard. It answers every request with what reached it: method, path, identity
 * headers, and whether an Authorization header came along (never its value). `POST /echo` streams the body back.
 */
export function startOrigin(port = 0, host = "127.0.0.1"): Promise<Served> {
  return serve(
    (request, response) => {
      if (request.method === "POST" && request.url === "/echo") {
        request.pipe(response)
        return
      }
      const identity = Object.entries(request.headers).filter(([name]) => name.startsWith("x-auth-"))
      const received = {
        method: request.method,
        path: request.url,
        identity: Object.fromEntries(identity),
        authorization: request.headers.authorization === undefined ? "none" : "received",
      }
      // Tells its answers from the guard's.
      response.writeHead(200, { "content-type": "application/json", "x-answered-by": "origin" })
      response.end(`${JSON.stringify(received, null, 2)}\n`)
    },
    port,
    host,
  )
}
