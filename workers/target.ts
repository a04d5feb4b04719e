import type { AccessRequest } from "../core/index.ts"

/** The parts of a request's URL as it stood on the wire: `new URL()` would have folded ".." away before it could be refused. */
export interface Target {
  /** Scheme, host and port. */
  readonly origin: string
  readonly path: string
  /** With its "?", or empty. */
  readonly query: string
}

// What names a host and a port. `OPTIONS *` arrives here as a host that ends in "*".
const authority = /^https?:\/\/[-A-Za-z0-9._:[\]]+$/

/**
 * Takes a URL apart without normalising it. Where it has no proper host the path is empty, and where it has a fragment, which
 * no HTTP client sends, the path holds it: either is refused as ambiguous.
 */
export function readTarget(url: string): Target {
  const pathStart = url.indexOf("/", url.indexOf("://") + 3)
  const origin = pathStart === -1 ? url : url.slice(0, pathStart)
  if (!authority.test(origin)) return { origin, path: "", query: "" }
  if (pathStart === -1) return { origin, path: "/", query: "" }
  const queryStart = url.indexOf("?", pathStart)
  if (queryStart === -1 || url.includes("#")) return { origin, path: url.slice(pathStart), query: "" }
  return { origin, path: url.slice(pathStart, queryStart), query: url.slice(queryStart) }
}

/** What the core decides on. Of the headers only what it reads, unless all are wanted: each costs a way out of JavaScript and back. */
export function accessRequest(request: Request, { path, query }: Target, allHeaders: boolean): AccessRequest {
  const authorization = request.headers.get("authorization") ?? undefined
  const headers = allHeaders ? Object.fromEntries(request.headers) : { authorization }
  return { method: request.method, path, query: query.slice(1), headers }
}
