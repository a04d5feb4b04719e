import type { VerifiedToken } from "./claims.ts"
import type { LookedAt } from "./conditions.ts"
import type { Issuer } from "./config.ts"
import type { PathPattern } from "./path-pattern.ts"
import { canonicalPath, matchedPath } from "./request.ts"
import type { Condition, Requirement } from "./requirement.ts"
import { checkRequirements } from "./requirements.ts"
import type { Rule } from "./routes.ts"
import { equalsOperand, oneOfOperand } from "./test-value.ts"

/** More organisations, or the like, than anybody's calls are granted for in one document. */
export const maximumPinned = 20

/**
 * What fits an IAM resource of 512 characters with an API's ARN and the rest of the path. Subjects have at most 255 (OpenID Connect
 * Core §2).
 */
const maximumPinLength = 300

/** Path segments, counted from 0, and the decoded value that each must have. */
type Pins = ReadonlyMap<number, string>

const noPins: Pins = new Map()
/** A request that passes no condition: what is granted without looking at the request is granted with this one. */
const noRequest: LookedAt = { path: "/", headers: {} }

/**
 * The paths of a rule that a caller may call whatever else the request says, as patterns: the rule's own, or with a parameter in
 * it fixed to what a claim says (`/users/auth0%7Calice`), or none. What looks at the query, at a header or at the clock is not
 * granted in advance. `token` is null for nobody in particular. Of more than `maximumPinned` patterns there is one more, to tell.
 */
export function grantedPaths(
  rule: Rule,
  token: VerifiedToken | null,
  issuers: readonly Issuer[],
): readonly PathPattern[] {
  if (rule.access === "public" || rule.report) return [rule.pattern]
  const issuer = issuers.find((one) => one.issuer === token?.issuer)
  if (token === null || issuer === undefined) return []
  return ways(rule.requirement, token, issuer)
    .flatMap((pins) => pinned(rule.pattern, pins))
    .slice(0, maximumPinned + 1)
}

/** The ways to meet a requirement; each says of some path segments what they must be. */
function ways(requirement: Requirement, token: VerifiedToken, issuer: Issuer): readonly Pins[] {
  const { conditions, allOf, anyOf, stepUp } = requirement
  if (stepUp && stepUp.maxAgeSeconds !== null) return []
  const parameters = conditions.filter(({ kind }) => kind === "parameter")
  const own = {
    ...requirement,
    conditions: conditions.filter(({ kind }) => kind !== "parameter"),
    allOf: [],
    anyOf: null,
  }
  const around = { request: noRequest, issuer, now: 0, clockToleranceSeconds: 0 }
  if (looksAtRequest(own) || checkRequirements(token, own, around) !== null) return []

  let found: readonly Pins[] = [noPins]
  for (const condition of parameters) found = both(found, pinsOf(condition, token))
  for (const part of allOf) found = both(found, ways(part, token, issuer))
  return anyOf
    ? both(
        found,
        anyOf.flatMap((part) => ways(part, token, issuer)),
      )
    : found
}

function looksAtRequest({ conditions }: Requirement): boolean {
  return conditions.some(({ kind }) => kind === "query" || kind === "header")
}

function pinsOf(condition: Condition, { claims }: VerifiedToken): readonly Pins[] {
  if (condition.kind !== "parameter") return []
  const { test, segment } = condition
  if (test.operator === "exists") return test.operand ? [noPins] : []
  const values =
    test.operator === "equals"
      ? [equalsOperand(test.operand, claims)]
      : test.operator === "oneOf"
        ? oneOfOperand(test.operand, claims)
        : []
  return values.flatMap((value) => (typeof value === "string" ? [new Map([[segment, value]])] : []))
}

/** All pairs of ways that can go together. Cut where there are more than are granted anyway. */
function both(some: readonly Pins[], others: readonly Pins[]): readonly Pins[] {
  const joined: Pins[] = []
  for (const one of some)
    for (const other of others) {
      const agree = [...one].every(([segment, value]) => (other.get(segment) ?? value) === value)
      if (agree) joined.push(new Map([...one, ...other]))
      if (joined.length > maximumPinned) return joined
    }
  return joined
}

/** A pattern with some of its parameters fixed; none for a value that no path can hold. */
function pinned({ segments, open }: PathPattern, pins: Pins): PathPattern[] {
  let fixed = segments
  for (const [index, value] of pins) {
    const literal = literalOf(value)
    if (literal === null) return []
    fixed = fixed.with(index, { literal })
  }
  return [{ segments: fixed, open }]
}

/** A value as one segment of a path as it is matched. Several segments, or what IAM would read as a pattern, are none. */
function literalOf(value: string): string | null {
  if (value === "" || !value.isWellFormed() || value.length > maximumPinLength) return null
  const escaped = encodeURIComponent(value)
  if (escaped.length > maximumPinLength || canonicalPath(`/${escaped}`) !== `/${escaped}`) return null
  const literal = matchedPath(`/${escaped}`)
  return canonicalPath(literal) === literal ? literal.slice(1) : null
}
