import type { AccessRequest } from "../../core/index.ts"
import type { ClientCall, Kind } from "../../dev/gateway/api-gateway.ts"

/** A call as its client sent it, in the form that the core takes. */
export function asSent({ method, path, query = "", headers }: Omit<ClientCall, "api">): AccessRequest {
  const lists = Map.groupBy(headers, ([name]) => name.toLowerCase())
  const joined = [...lists].map(([name, list]) => [name, list.map(([, value]) => value).join(", ")])
  return { method, path, query, headers: Object.fromEntries(joined) }
}

/**
 * What a kind of API lets an authorizer know of a call. A TOKEN authorizer sees no query and one header. Where parameters
 * come decoded, what only a decoded text can say is gone: whether a space was a plus, and what was no proper escape.
 */
export function asTold(kind: Kind, call: Omit<ClientCall, "api">): AccessRequest {
  const { query = "", headers, ...request } = asSent(call)
  if (kind === "rest-token") return { ...request, headers: { authorization: headers.authorization } }
  const isDecoded = kind === "rest-request" || kind === "http-1.0"
  return { ...request, query: isDecoded && !survivesDecoding(query) ? decodedAndEncoded(query) : query, headers }
}

function survivesDecoding(query: string): boolean {
  try {
    decodeURIComponent(query)
    return !/[+;]/.test(query)
  } catch {
    return false
  }
}

function decodedAndEncoded(query: string): string {
  return [...new URLSearchParams(query)].map((pair) => pair.map(encodeURIComponent).join("=")).join("&")
}
