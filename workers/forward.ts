import type { Principal, Upstream } from "../core/index.ts"
import { setIdentityHeaders, stripIdentityHeaders } from "./identity-headers.ts"
import { respondToFailure } from "./respond.ts"

/** Anything that answers requests as an origin does: a service binding, or the global `fetch`. */
export interface Origin {
  fetch(request: Request): Promise<Response>
}

/**
 * Sends an allowed request to its origin: to `url`, which holds the canonical path; with the body streamed and a WebSocket
 * upgrade kept; saying who calls, if that is known. What comes back never lands in a shared cache, unless
 * the route is public. An origin that
 * can't be reached, or whose answer can't be passed on, is a 502.
 */
export function forward(
  request: Request,
  url: string,
  principal: Principal | null,
  upstream: Upstream,
  binding: Origin | undefined,
  isPublic: boolean,
): Promise<Response> {
  const forwarded = new Request(url, request)
  stripIdentityHeaders(forwarded.headers, upstream)
  if (isPublic) return (binding ? binding.fetch(forwarded) : fetch(forwarded)).catch(unreachable)

  // Under a rule that only reports, nobody may be known; what the caller sent is then the origin's to judge.
  if (principal !== null) {
    setIdentityHeaders(forwarded.headers, principal, upstream)
    if (upstream.authorization === "drop") forwarded.headers.delete("authorization")
  }
  // The zone's cache sits behind the Worker and knows nothing of who asks: what it kept for one caller would go to the next.
  const answered = binding ? binding.fetch(forwarded) : fetch(forwarded, { cache: "no-store" })
  return answered.then(keepPrivate, unreachable)
}

function unreachable(error: unknown): Response {
  console.error("the origin can't be reached", error)
  return respondToFailure(502)
}

/** What opens the answer to an authorised request to shared caches, which may not keep it otherwise (RFC 9111 §3.5). */
const opening = /^(?:public|s-maxage|must-revalidate|proxy-revalidate)(?:=|$)/i
/** What some shared caches read in place of Cache-Control (RFC 9213 and its like). */
const sharedCacheHeaders = ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"]

/** Takes from an answer what opens it to shared caches. One that has nothing of the kind goes on as it is, which costs nothing. */
function keepPrivate(response: Response): Response {
  const { headers } = response
  // A response that carries a WebSocket can't be rebuilt, and nothing would cache it.
  if (response.webSocket) return response
  if (response.status < 200 || response.status > 599)
    return unreachable(new RangeError(`answered with the status ${response.status}, which no response can have`))
  const directives = (headers.get("cache-control") ?? "").split(",").map((directive) => directive.trim())
  const isOpen = directives.some((directive) => opening.test(directive))
  if (!isOpen && !sharedCacheHeaders.some((name) => headers.has(name))) return response

  const kept = new Response(response.body, response)
  for (const name of sharedCacheHeaders) kept.headers.delete(name)
  const others = directives.filter((directive) => directive !== "" && !/^private(?:=|$)/i.test(directive))
  const rest = others.filter((directive) => !opening.test(directive))
  const noStore = rest.some((directive) => directive.toLowerCase() === "no-store")
  kept.headers.set("cache-control", [...(noStore ? [] : ["private"]), ...rest].join(", "))
  return kept
}
