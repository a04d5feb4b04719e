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
const maximumPinned = 20
/** Of these, ways that go together are looked for; more take time that a call doesn't have. */
const maximumWays = 200

/**
 * What fits an IAM resource of 512 characters with an API's ARN and the rest of the path. Subjects have at most 255 (OpenID Connect
 * Core §2).
 */
const maximumPinLength = 300

/** The paths of a rule that a caller may call. */
export interface GrantedPaths {
  readonly patterns: readonly PathPattern[]
  /** Whether these are all. */
  readonly isWhole: boolean
}

/** Path segments, counted from 0, and the literal that each must be. */
type Pins = ReadonlyMap<number, string>

/** The ways to meet a requirement, each as what it says of some path segments; and whether these are all. */
interface Ways {
  readonly pins: readonly Pins[]
  readonly isWhole: boolean
}

const noPins: Pins = new Map()
const noWays: Ways = { pins: [], isWhole: true }
/** A request that passes no condition: what is granted without looking at the request is granted with this one. */
const noRequest: LookedAt = { path: "/", headers: {} }

/**
 * The paths of a rule that a caller may call whatever else the request says, as patterns: the rule's own, or with a parameter in
 * it fixed to what a claim says (`/users/auth0%7Calice`), or none. What looks at the query, at a header or at the clock is not
 * granted in advance. `token` is null for nobody in particular.
 */
export function grantedPaths(rule: Rule, token: VerifiedToken | null, issuers: readonly Issuer[]): GrantedPaths {
  if (rule.access === "public" || rule.report) return { patterns: [rule.pattern], isWhole: true }
  const issuer = issuers.find((one) => one.issuer === token?.issuer)
  if (token === null || issuer === undefined) return { patterns: [], isWhole: true }
  const { pins, isWhole } = ways(rule.requirement, token, issuer)
  return {
    patterns: pins.slice(0, maximumPinned).map((one) => pinned(rule.pattern, one)),
    isWhole: isWhole && pins.length <= maximumPinned,
  }
}

/** Those that fix least come first. */
function ways(requirement: Requirement, token: VerifiedToken, issuer: Issuer): Ways {
  const { conditions, allOf, anyOf, stepUp } = requirement
  if (stepUp && stepUp.maxAgeSeconds !== null) return noWays
  const parameters = conditions.filter(({ kind }) => kind === "parameter")
  const own = {
    ...requirement,
    conditions: conditions.filter(({ kind }) => kind !== "parameter"),
    allOf: [],
    anyOf: null,
  }
  const around = { request: noRequest, issuer, now: 0, clockToleranceSeconds: 0 }
  if (looksAtRequest(own) || checkRequirements(token, own, around) !== null) return noWays

  let found: Ways = { pins: [noPins], isWhole: true }
  for (const condition of parameters) found = both(found, pinsOf(condition, token))
  for (const part of allOf) found = both(found, ways(part, token, issuer))
  return anyOf ? both(found, either(anyOf.map((part) => ways(part, token, issuer)))) : found
}

function looksAtRequest({ conditions }: Requirement): boolean {
  return conditions.some(({ kind }) => kind === "query" || kind === "header")
}

function pinsOf(condition: Condition, { claims }: VerifiedToken): Ways {
  if (condition.kind !== "parameter") return noWays
  const { test, segment } = condition
  if (test.operator === "exists") return { pins: test.operand ? [noPins] : [], isWhole: true }
  const values =
    test.operator === "equals"
      ? [equalsOperand(test.operand, claims)]
      : test.operator === "oneOf"
        ? oneOfOperand(test.operand, claims)
        : []
  const pins: Pins[] = []
  let isWhole = true
  for (const value of values) {
    if (typeof value !== "string") continue
    if (pins.length === maximumWays) return { pins, isWhole: false }
    const literal = literalOf(value)
    if (literal !== null) pins.push(new Map([[segment, literal]]))
    else if (isSegment(value)) isWhole = false
  }
  return { pins, isWhole }
}

function either(all: readonly Ways[]): Ways {
  return {
    pins: all.flatMap(({ pins }) => pins).toSorted((a, b) => a.size - b.size),
    isWhole: all.every(({ isWhole }) => isWhole),
  }
}

/** All pairs of ways that can go together. */
function both(some: Ways, others: Ways): Ways {
  const isWhole = some.isWhole && others.isWhole
  const joined: Pins[] = []
  for (const one of some.pins)
    for (const other of others.pins) {
      const agree = [...one].every(([segment, literal]) => (other.get(segment) ?? literal) === literal)
      if (!agree) continue
      if (joined.length === maximumWays) return { pins: joined, isWhole: false }
      joined.push(new Map([...one, ...other]))
    }
  return { pins: joined, isWhole }
}

/** A pattern with some of its parameters fixed. */
function pinned({ segments, open }: PathPattern, pins: Pins): PathPattern {
  let fixed = segments
  for (const [index, literal] of pins) fixed = fixed.with(index, { literal })
  return { segments: fixed, open }
}

/** Whether there is a path with a value as one of its segments. */
function isSegment(value: string): boolean {
  if (value === "" || !value.isWellFormed()) return false
  return canonicalPath(`/${encodeURIComponent(value).replaceAll("*", "%2A")}`) !== null
}

/** A value as one segment of a path as it is matched. Several segments, or what IAM would read as a pattern, are none. */
function literalOf(value: string): string | null {
  if (value === "" || !value.isWellFormed() || value.length > maximumPinLength) return null
  const escaped = encodeURIComponent(value)
  if (escaped.length > maximumPinLength || canonicalPath(`/${escaped}`) !== `/${escaped}`) return null
  const literal = matchedPath(`/${escaped}`)
  return canonicalPath(literal) === literal ? literal.slice(1) : null
}
