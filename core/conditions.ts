import { readClaim } from "./claim-path.ts"
import type { VerifiedToken } from "./claims.ts"
import type { Issuer } from "./config.ts"
import { claim } from "./decision.ts"
import { grantTypes, principalKind } from "./principal-kind.ts"
import { queryValue } from "./query.ts"
import { type AccessRequest, pathSegments } from "./request.ts"
import type { Condition } from "./requirement.ts"
import { passesTest } from "./test-value.ts"

/** The part of a request that conditions look at; `path` is canonical. */
export interface LookedAt {
  readonly path: string
  /** Left out where the edge was not shown the query, nor all headers: neither is known to be absent then. */
  readonly query?: string | undefined
  readonly headers: AccessRequest["headers"]
}

/** Whether a condition holds for a verified token, its issuer as configured, and a request. */
export function holds(condition: Condition, token: VerifiedToken, issuer: Issuer, request: LookedAt): boolean {
  const { claims } = token
  switch (condition.kind) {
    case "audience":
      // Others may write our audience into their tokens, too: it counts from those alone that are believed for it.
      return issuer.audiences.includes(condition.audience) && [claim(claims, "aud")].flat().includes(condition.audience)
    case "issuer":
      return condition.issuers.includes(token.issuer)
    case "principal":
      return principalKind(token) === condition.principal
    case "grantType":
      return grantTypes(claims).every((type) => typeof type === "string" && !condition.refused.includes(type))
    case "organization": {
      const organization = claim(claims, "org_id")
      const { organizations } = condition
      return typeof organization === "string" && (organizations?.includes(organization) ?? organization !== "")
    }
    case "claim":
      return passesTest(readClaim(claims, condition.path), condition.test, claims)
    case "parameter":
      return passesTest(parameterValue(request.path, condition.segment), condition.test, claims)
    case "query": {
      const value = request.query === undefined ? null : queryValue(request.query, condition.name)
      return passesTest(value, condition.test, claims)
    }
    case "header":
      return passesTest(headerValue(request, condition.name), condition.test, claims)
  }
}

/** A path parameter, decoded; undefined for none. A canonical path has one reading. */
function parameterValue(path: string, segment: number): string | undefined {
  const text = pathSegments(path)[segment]
  return text === undefined ? undefined : decodeURIComponent(text)
}

/**
 * A header's value; undefined where it is absent. Null where that isn't known, and where it could be more than one: sent twice, a
 * list, or under another spelling that an origin may take for the same (`x_org` for `x-org`).
 */
function headerValue({ headers, query }: LookedAt, name: string): string | null | undefined {
  const folded = foldName(name)
  const names = Object.keys(headers).filter((one) => headers[one] !== undefined && foldName(one) === folded)
  if (names.length === 0) return query === undefined ? null : undefined
  // What the client has taken away on the way (RFC 9110 §7.6.1), the origin does not see.
  const nominated = (headers.connection ?? "").split(",").some((one) => foldName(one.trim()) === folded)
  const value = names.length === 1 && names[0] === name && !nominated ? headers[name] : null
  return value?.includes(",") ? null : value
}

/** As the strictest of CGI servers, to which all that is no letter and no digit is "_". */
function foldName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "_")
}
