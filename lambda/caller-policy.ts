import {
  type Config,
  coveredMethods,
  grantedPaths,
  groupBy,
  type PathPattern,
  placesOf,
  type Rule,
  type VerifiedToken,
} from "../core/index.ts"
import { isLiteralArn } from "./arn.ts"
import { globOf, meets, type PathGlob, spellingsOf, textsOf } from "./path-glob.ts"
import { findSayable, type GrantedPlace } from "./sayable.ts"

/** All that a caller may call, as IAM resources less the ARN of the stage and its "/". */
export interface CallerPolicy {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Rules by which the caller may call what `allow` leaves out. */
  readonly unsaid: readonly Rule[]
}

/** Says what callers may call under one policy. */
export type CallerPolicies = (token: VerifiedToken | null, maximumBytes: number, stageArn: string) => CallerPolicy

/**
 * Makes the policies of callers: each a function of the rules and the caller alone, whatever call it is asked for, so that API Gateway
 * may use it for all of them. What it allows, the rules allow; of what the rules allow and it does not, `unsaid` names the rules.
 */
export function callerPolicies({ rules, unmatched, issuers }: Config): CallerPolicies {
  const all = unmatched ? [...rules, unmatched] : rules
  const places = coveredMethods(rules, unmatched).flatMap((method) =>
    placesOf(rules, unmatched, method).map(
      ({ rule, pattern }): CallPlace => ({ rule, pattern: under(method, pattern) }),
    ),
  )

  return (token, maximumBytes, stageArn) => {
    const granted = new Map(all.map((rule) => [rule, grantedPaths(rule, token, issuers)]))
    const policyOfFirst = (count: number) => {
      const left = all.slice(count).filter((rule) => granted.get(rule)?.length !== 0)
      const policy = policyOf(places, new Map([...granted, ...left.map((rule) => [rule, []] as const)]))
      return { ...policy, unsaid: [...policy.unsaid, ...left] }
    }
    const whole = policyOfFirst(all.length)
    if (sizeOf(whole, stageArn) <= maximumBytes) return whole
    // As many rules as fit, from the first: what is left is said anew, since it may need other denies.
    let [fits, tooMany] = [0, all.length]
    while (tooMany - fits > 1) {
      const middle = (fits + tooMany) >> 1
      if (sizeOf(policyOfFirst(middle), stageArn) <= maximumBytes) fits = middle
      else tooMany = middle
    }
    return policyOfFirst(fits)
  }
}

/** As long as most ARNs of a stage are. */
const someStageArn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/production"

/** How much the document of a caller would take who was granted every rule. */
export function largestPolicyBytes({ rules, unmatched }: Pick<Config, "rules" | "unmatched">): number {
  const granted = new Map([...rules, ...(unmatched ? [unmatched] : [])].map((rule) => [rule, [rule.pattern]]))
  return sizeOf(policyOf(callPlaces(rules, unmatched), granted), someStageArn)
}

/** A place of a rule with one method, which is the first segment of its pattern. */
interface CallPlace {
  readonly rule: Rule
  readonly pattern: PathPattern
}

function callPlaces(rules: readonly Rule[], unmatched: Rule | null): readonly CallPlace[] {
  return coveredMethods(rules, unmatched).flatMap((method) =>
    placesOf(rules, unmatched, method).map(({ rule, pattern }) => ({ rule, pattern: under(method, pattern) })),
  )
}

/** The methods that API Gateway knows: what holds for each of them holds for any. */
const gatewayMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
/** Those that a client might invent a call with, and that it would be pity to find out about. */
const otherMethods = ["CONNECT", "TRACE"]

function policyOf(places: readonly CallPlace[], granted: ReadonlyMap<Rule, readonly PathPattern[]>): CallerPolicy {
  const byMethod = places.map((place) => ({ ...place, granted: grantedIn(place, granted.get(place.rule) ?? []) }))
  const { allow, deny, unsaid } = findSayable(byMethod, summariesOf(byMethod))
  const left = byMethod.filter((place) => place.granted.some((pattern) => unsaid.includes(pattern)))
  const allowed = allow.map(globOf).flatMap(textsOf)
  const forAny = allow.some(({ segments: [method] }) => method && "parameter" in method)
  const prefixes = wildPrefixes(allowed)
  const denied = [
    ...summarised(deny, allow)
      .flatMap(spellingsOf)
      .flatMap(textsOf)
      .filter((text) => !isFenced(text, prefixes)),
    ...(forAny ? otherMethods.map((method) => `${method}/*`) : []),
    ...(allowed.every(isLiteralArn) ? [] : ambiguous),
    ...prefixes.map((prefix) => `?*/${prefix}*%*`),
  ]
  return { allow: allowed, deny: [...new Set(denied)], unsaid: [...new Set(left.map(({ rule }) => rule))] }
}

function grantedIn({ pattern: { segments } }: CallPlace, granted: readonly PathPattern[]): readonly PathPattern[] {
  const [method] = segments
  return granted.map((pattern) => ({ ...pattern, segments: method ? [method, ...pattern.segments] : pattern.segments }))
}

/** What a rule grants with every method there is, in one. Not where another method could be meant by a rule. */
function summariesOf(places: readonly (CallPlace & GrantedPlace)[]): readonly GrantedPlace[] {
  const methods = new Set(places.map(({ pattern }) => methodOf(pattern)))
  if (otherMethods.some((method) => methods.has(method))) return []
  const groups = groupBy(places, ({ pattern }) => pathKey(pattern))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const rest = group.filter(({ rule }) => rule === first?.rule)
    const has = new Set(rest.map(({ pattern }) => methodOf(pattern)))
    if (!first || !gatewayMethods.every((method) => has.has(method))) return []
    return [{ pattern: anyMethod(first.pattern), granted: first.granted.map(anyMethod) }]
  })
}

/** Denies that are the same for every method, in one, where that takes nothing else away. */
function summarised(deny: readonly PathGlob[], allow: readonly PathPattern[]): readonly PathGlob[] {
  const groups = groupBy(deny, ({ items, open }) => JSON.stringify([items.slice(1), open]))
  return [...groups.values()].flatMap((group) => {
    const methods = new Set(group.map(({ items }) => items[0]))
    const [{ items, open }] = group as [PathGlob]
    const any = { items: [null, ...items.slice(1)], open }
    const stray = { items: [null, ...any.items], open }
    const isSafe = methods.size > 1 && !allow.some((pattern) => meets(stray, pattern))
    const isWhole = allow.every((pattern) => !meets(any, pattern) || methods.has(methodOf(pattern)))
    return isSafe && isWhole ? [any] : group
  })
}

/** Paths that are refused, or mean another path, whatever stands around these: see `canonicalPath`. */
const ambiguous = ["*//*", "*/./*", "*/../*", "*/.", "*/..", "*;*", "*\\*", "*{*"]

/**
 * What stands before the first wildcard of each path. Behind it, what comes under another spelling would be let through: `%61dmin`
 * for `admin`, `%2e%2e` for `..`. IAM can't tell such escapes from others, so behind a wildcard there are none.
 */
function wildPrefixes(allow: readonly string[]): readonly string[] {
  const paths = allow.map(pathText).filter((path) => !isLiteralArn(path))
  const prefixes = allow.some((text) => text.includes("%"))
    ? paths.map((path) => path.slice(0, path.search(/[*?]/)))
    : [""]
  return paths.length === 0 ? [] : [...new Set(prefixes)]
}

function isFenced(text: string, prefixes: readonly string[]): boolean {
  const path = pathText(text)
  return prefixes.some((prefix) => path.startsWith(prefix) && path.includes("%", prefix.length))
}

function pathText(text: string): string {
  return text.slice(text.indexOf("/") + 1)
}

function under(method: string, { segments, open }: PathPattern): PathPattern {
  return { segments: [{ literal: method }, ...segments], open }
}

function anyMethod({ segments, open }: PathPattern): PathPattern {
  return { segments: [{ parameter: "method" }, ...segments.slice(1)], open }
}

function methodOf({ segments: [method] }: PathPattern): string | null {
  return method && "literal" in method ? method.literal : null
}

function pathKey({ segments, open }: PathPattern): string {
  return JSON.stringify([segments.slice(1), open])
}

/** API Gateway's limit for one resource of a document. */
const maximumResourceLength = 512

/** In bytes, as JSON: each resource with its stage, quotes and a comma. Endless, if one of them is too long. */
function sizeOf({ allow, deny }: CallerPolicy, stageArn: string): number {
  const longest = maximumResourceLength - stageArn.length - 1
  if ([...allow, ...deny].some((text) => text.length > longest)) return Number.POSITIVE_INFINITY
  const { length } = new TextEncoder().encode(JSON.stringify([...allow, ...deny]))
  return length + (allow.length + deny.length) * (stageArn.length + 1)
}
