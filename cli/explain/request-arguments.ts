import type { AccessRequest } from "../../core/index.ts"
import { CommandError } from "../command-error.ts"

// RFC 9110 §5.6.2. A token in the place of the method is longer than any method, and is not to be shown.
const methodName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/
const header = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/s

/**
 * Reads a request as one writes it for curl: a method, a path (or a whole URL, of which the path is taken as it stands), and
 * headers.
 */
export function readRequest(method: string, target: string, headers: readonly string[]): AccessRequest {
  if (!methodName.test(method)) throw new CommandError('METHOD: must be a method, as in "GET /orders/7"')
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, "")
  if (!pathAndQuery.startsWith("/")) throw new CommandError('PATH: must begin with "/", or be a URL with a path')
  const mark = pathAndQuery.indexOf("?")
  const path = mark === -1 ? pathAndQuery : pathAndQuery.slice(0, mark)
  const query = mark === -1 ? "" : pathAndQuery.slice(mark + 1)
  return { method: method.toUpperCase(), path, query, headers: readHeaders(headers) }
}

/** Sent twice, they are joined (RFC 9110 §5.3). */
function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value = ""] = header.exec(line) ?? []
    if (name === undefined) throw new CommandError("-H: must be a name, a colon and a value, as in 'x-tenant: acme'")
    const key = name.toLowerCase()
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return headers
}
