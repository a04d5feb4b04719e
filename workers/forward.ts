import type { Principal, Upstream } from "../core/index.ts"
import { setIdentityHeaders, stripIdentityHeaders } from "./identity-headers.ts"

/** Anything that answers requests as an origin does: a service binding, or the global `fetch`. */
export interface Origin {
  fetch(request: Request): Promise<Response>
}

/**
 * Sends an allowed request to its origin: to `url`, which holds the canonical path; with the body streamed and a WebSocket
 * upgrade kept; saying who calls, if a token was asked for. What comes back never lands in a shared cache.
 */
export async function forward(
  request: Request,
  url: string,
  principal: Principal | null,
  upstream: Upstream,
  binding: Origin | undefined,
): Promise<Response> {
  const forwarded = new Request(url, request)
  stripIdentityHeaders(forwarded.headers, upstream)
  if (principal === null) return binding ? binding.fetch(forwarded) : fetch(forwarded)

  setIdentityHeaders(forwarded.headers, principal, upstream)
  if (upstream.authorization === "drop") forwarded.headers.delete("authorization")
  // The zone's cache sits behind the Worker and knows nothing of who asks: what it kept for one caller would go to the next.
  const response = await (binding ? binding.fetch(forwarded) : fetch(forwarded, { cache: "no-store" }))
  return keepPrivate(response)
}

/** RFC 9111 §3.5 lets an origin's own `public` or `s-maxage` open an authorised response to shared caches. */
function keepPrivate(response: Response): Response {
  // A response that carries a WebSocket can't be rebuilt, and nothing would cache it.
  if (response.webSocket) return response
  const kept = new Response(response.body, response)
  const directives = (response.headers.get("cache-control") ?? "")
    .split(",")
    .map((directive) => directive.trim())
    .filter(
      (directive) =>
        directive !== "" && !/^(?:public|private|s-maxage|must-revalidate|proxy-revalidate)(?:=|$)/i.test(directive),
    )
  const noStore = directives.some((directive) => directive.toLowerCase() === "no-store")
  kept.headers.set("cache-control", [...(noStore ? [] : ["private"]), ...directives].join(", "))
  for (const name of ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"])
    kept.headers.delete(name)
  return kept
}
