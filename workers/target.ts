import type { AccessRequest } from "../core/index.ts"

/** The parts of a request's URL as it stood on the wire: `new URL()` would have folded ".." away before it could be refused. */
export interface Target {
  /** Scheme, host and port. */
  readonly origin: string
  readonly path: string
  /** With its "?", or empty. */
  readonly query: string
}

/** Takes a URL apart without normalising it. A fragment, which no HTTP client sends, is left in the path, and refused there. */
export function readTarget(url: string): Target {
  const pathStart = url.indexOf("/", url.indexOf("://") + 3)
  if (pathStart === -1) return { origin: url, path: "/", query: "" }
  const origin = url.slice(0, pathStart)
  const queryStart = url.indexOf("?", pathStart)
  if (queryStart === -1 || url.includes("#")) return { origin, path: url.slice(pathStart), query: "" }
  return { origin, path: url.slice(pathStart, queryStart), query: url.slice(queryStart) }
}

/** What the core decides on. */
export function accessRequest(request: Request, target: Target): AccessRequest {
  return { method: request.method, path: target.path, headers: Object.fromEntries(request.headers) }
}
