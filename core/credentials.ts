import { type Rejection, refuse } from "./decision.ts"
import type { AccessRequest } from "./request.ts"

/** An access token as presented: not looked into yet. */
export interface Credentials {
  readonly scheme: "Bearer"
  readonly token: string
}

// RFC 9110 §11.2: token68, and §5.6.2: a scheme is a token.
const token68 = /^[-A-Za-z0-9._~+/]+=*$/
const schemeAndRest = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(.*))?$/s
// Two Authorization headers arrive joined by a comma, which no token68 holds: after it, a scheme, spaces, something.
const secondCredentials = /,[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+ +\S/
// Not a search for /[ \t]+$/: in a long run of spaces it would begin anew at each, and take the square of their number in time.
const withoutOuterWhiteSpace = /[^ \t](?:.*[^ \t])?/s

/**
 * Finds the access token of a request in its Authorization header (RFC 6750 §2.1): scheme in any case, one or more spaces,
 * one token68. Another scheme is no credential that is asked for here. A token in the query or the body is not looked for
 * (OAuth 2.1 §5.2): URLs end up in logs.
 */
export function findCredentials({ headers }: AccessRequest): Credentials | Rejection {
  const value = withoutOuterWhiteSpace.exec(headers.authorization ?? "")?.[0] ?? ""
  if (value === "") return refuse("credentials_missing")
  if (secondCredentials.test(value)) return refuse("credentials_multiple")

  const [, scheme, rest = ""] = schemeAndRest.exec(value) ?? []
  if (scheme === undefined) return refuse("credentials_malformed")
  // The scheme itself is not named: where a client forgot it, what stands in its place is the token.
  if (scheme.toLowerCase() !== "bearer") return refuse("credentials_missing", { expected: "the scheme Bearer" })
  if (!token68.test(rest)) return refuse("credentials_malformed", { expected: "Bearer, a space, one token" })
  return { scheme: "Bearer", token: rest }
}
