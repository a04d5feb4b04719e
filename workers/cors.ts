import type { Cors } from "../core/index.ts"

/** What a page must be able to read to act on a refusal. */
const alwaysExposed = ["www-authenticate", "retry-after"]

/**
 * The answer to a CORS preflight, or null for any other request. A preflight never carries credentials, so it is answered
 * before anybody is asked for them; an OPTIONS request without its two headers is a request like any other.
 */
export function answerPreflight(request: Request, cors: Cors): Response | null {
  const isPreflight =
    request.method === "OPTIONS" &&
    request.headers.has("origin") &&
    request.headers.has("access-control-request-method")
  if (!isPreflight) return null
  const response = new Response(null, { status: 204, headers: { "cache-control": "no-store" } })
  if (allowsOrigin(request, cors)) {
    response.headers.set("access-control-allow-methods", cors.methods.join(", "))
    response.headers.set("access-control-allow-headers", cors.headers.join(", "))
    response.headers.set("access-control-max-age", String(cors.maxAgeSeconds))
  }
  return shareWithPage(response, request, cors)
}

/**
 * Lets the page that asked read a response, or nobody: without this the browser shows a refusal as a network error. Where
 * CORS is configured here, what the origin says of it is overruled, so that there is one answer.
 */
export function shareWithPage(response: Response, request: Request, cors: Cors): Response {
  if (response.webSocket) return response
  const shared = new Response(response.body, response)
  for (const name of [...shared.headers.keys()])
    if (/^access-control-(?:allow-(?:origin|credentials)|expose-headers)$/.test(name)) shared.headers.delete(name)
  if (allowsOrigin(request, cors)) {
    const origin = cors.origins === "*" ? "*" : (request.headers.get("origin") ?? "")
    shared.headers.set("access-control-allow-origin", origin)
    shared.headers.set("access-control-expose-headers", [...alwaysExposed, ...cors.exposedHeaders].join(", "))
  }
  if (!/(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(shared.headers.get("vary") ?? ""))
    shared.headers.append("vary", "Origin")
  return shared
}

function allowsOrigin(request: Request, { origins }: Cors): boolean {
  const origin = request.headers.get("origin")
  return origin !== null && (origins === "*" || origins.includes(origin))
}
