import { createMiddleware } from "hono/factory"
import { HTTPException } from "hono/http-exception"

/**
 * Answers the playground's own page and nobody else's, though any page that is open in a browser can send requests here: under another name
 * that it has made to point to this machine (DNS rebinding), or across sites, where a POST that is not JSON is sent unasked.
 */
export function ownPageOnly(port: number) {
  // As browsers write it: without the port that is HTTP's own.
  const hosts = ["127.0.0.1", "localhost"].map((name) => new URL(`http://${name}:${port}`).host)
  return createMiddleware(async ({ req }, next) => {
    const host = req.header("host") ?? ""
    if (!hosts.includes(host)) throw new HTTPException(403, { message: `Host: must be ${hosts.join(" or ")}` })
    const origin = req.header("origin")
    if (origin !== undefined && origin !== `http://${host}`)
      throw new HTTPException(403, { message: "Origin: another site may not ask this server for anything" })
    if (req.method !== "GET" && req.header("content-type")?.split(";")[0]?.trim().toLowerCase() !== "application/json")
      throw new HTTPException(415, { message: "Content-Type: must be application/json" })
    await next()
  })
}
