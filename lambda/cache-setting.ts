import {
  type Config,
  coveredMethods,
  intersect,
  looksBeyondThePath,
  maximumDocumentRules,
  type PathPattern,
  type Place,
  partsOf,
  patternKey,
  placesOf,
  type Requirement,
  type Rule,
} from "../core/index.ts"
import { fenceFor } from "./fence.ts"
import { globOf, meets, straysOf, textsOf, usualSpellingsOf } from "./path-glob.ts"
import { contains } from "./sayable.ts"

/**
 * What API Gateway may tell calls apart by when it keeps the answers of an authorizer under a policy: the token alone, the token with
 * the method and the path, or nothing, so that it must not keep any. With each: why it is no more.
 */
export interface CacheSetting {
  readonly cacheKey: "token" | "call" | null
  readonly because: readonly string[]
}

/** Finds the laxest setting under which every caller gets exactly what the rules allow. */
export function cacheSettingFor({ rules, unmatched }: Pick<Config, "rules" | "unmatched">): CacheSetting {
  const looking = rules.flatMap((rule) => {
    const part = looksBeyondThePath(rule)
    return part === null ? [] : [`"${rule.name}" looks at more than the token, the method and the path: ${part}`]
  })
  if (looking.length > 0) return { cacheKey: null, because: looking }
  if (rules.length > maximumDocumentRules)
    return { cacheKey: "call", because: [`${rules.length} rules are more than a document for all calls can say`] }
  const clashes = new Set<string>()
  for (const method of coveredMethods(rules, unmatched))
    for (const clash of findClashes(placesOf(rules, unmatched, method))) clashes.add(clash)
  return clashes.size > 0 ? { cacheKey: "call", because: [...clashes] } : { cacheKey: "token", because: [] }
}

/** One place under one method, and the patterns that it may grant: with a parameter that a claim fixes, or with all of them open. */
interface Shape {
  readonly place: Place
  readonly pattern: PathPattern
}

/** A literal that stands for any value of a claim: no path that a pattern names holds it. */
const anyClaim = "\u0000"

/** Why the rules of one method can't be said exactly for some caller. */
function* findClashes(places: readonly Place[]): Generator<string> {
  const shapes = places.flatMap((place) => shapesOf(place).map((pattern): Shape => ({ place, pattern })))
  const globs = shapes.map(({ pattern }) =>
    globOf({ ...pattern, segments: [{ parameter: "method" }, ...pattern.segments] }),
  )
  const fence = fenceFor((usualSpellingsOf(globs) ?? []).flatMap(textsOf))
  for (const { place, pattern } of shapes)
    if (fence.takesFrom(pattern))
      yield `"${place.rule.name}": an escape in it stands where a wildcard reaches, and IAM can't tell it from others`
  for (const shape of shapes) {
    const { rule } = shape.place
    const others = shapes.filter(({ place, pattern }) => place !== shape.place && !contains(pattern, shape.pattern))
    for (const stray of straysOf(globOf(shape.pattern))) {
      for (const other of others)
        if (meets(stray, other.pattern))
          yield clash(rule, other.place.rule, "IAM's * crosses /, so the first can't be told from the second")
      if (meets(stray, shape.pattern))
        yield `"${rule.name}": IAM's * crosses /, so where its parameter ends can't be told`
    }
    for (const denied of places) {
      if (denied === shape.place || !contains(shape.place.pattern, denied.pattern)) continue
      if (!canBeDenied(denied.rule, rule)) continue
      const taken = intersect(shape.pattern, denied.pattern)
      if (!taken || patternKey(taken) === patternKey(shape.pattern)) continue
      const glob = globOf(taken)
      for (const other of others) {
        if (isAlike(other.place.rule, denied.rule)) continue
        if (meets(glob, other.pattern))
          yield clash(
            denied.rule,
            other.place.rule,
            `a caller who has no right to the first, but "${rule.name}", would lose the second`,
          )
      }
      if (straysOf(glob).some((stray) => meets(stray, shape.pattern)))
        yield clash(denied.rule, rule, "a caller who has no right to the first would lose part of the second")
    }
  }
}

function clash(first: Rule, second: Rule, why: string): string {
  if (first === second) return `"${first.name}": a caller who has a right to a part of its paths would lose that part`
  return `"${first.name}" and "${second.name}": ${why}`
}

/** Whether a caller may be refused by the one and not by the other. */
function canBeDenied(denied: Rule, granted: Rule): boolean {
  const asksNothing = denied.access === "public" || denied.report
  if (asksNothing) return false
  const nobody = granted.access === "public" || granted.report
  // Who is granted anything else has a valid token.
  return nobody || (asksForMore(denied) && !isAlike(denied, granted))
}

function asksForMore({ requirement }: Rule): boolean {
  return partsOf(requirement).some(
    ({ scopes, anyScope, permissions, anyPermission, conditions, stepUp }) =>
      scopes.length > 0 || anyScope || permissions.length > 0 || anyPermission || conditions.length > 0 || stepUp,
  )
}

/** Whether two rules always grant the same callers all of their paths. */
function isAlike(one: Rule, other: Rule): boolean {
  return (
    !asksForParameter(one.requirement) &&
    one.access === other.access &&
    one.report === other.report &&
    JSON.stringify(one.requirement) === JSON.stringify(other.requirement)
  )
}

function asksForParameter(requirement: Requirement): boolean {
  return partsOf(requirement).some(({ conditions }) => conditions.some(({ kind }) => kind === "parameter"))
}

function shapesOf({ pattern, rule }: Place): readonly PathPattern[] {
  if (rule.access === "public" || rule.report) return [pattern]
  return waysToPin(rule.requirement).map((fixed) => ({
    open: pattern.open,
    segments: pattern.segments.map((segment, index) => {
      const value = fixed.get(index)
      return value === undefined ? segment : { literal: value }
    }),
  }))
}

/** The ways to meet a requirement, as far as they fix path segments. */
function waysToPin({ conditions, allOf, anyOf }: Requirement): readonly ReadonlyMap<number, string>[] {
  let ways: ReadonlyMap<number, string>[] = [new Map()]
  for (const condition of conditions) {
    if (condition.kind !== "parameter" || condition.test.operator === "exists") continue
    const { operand } = condition.test
    const constants = typeof operand === "object" && "claim" in operand ? [anyClaim] : [operand].flat().map(String)
    ways = ways.flatMap((way) => constants.map((value) => new Map([...way, [condition.segment, value]])))
  }
  for (const part of allOf) ways = together(ways, waysToPin(part))
  return anyOf ? together(ways, anyOf.flatMap(waysToPin)) : ways
}

function together(
  some: readonly ReadonlyMap<number, string>[],
  others: readonly ReadonlyMap<number, string>[],
): ReadonlyMap<number, string>[] {
  return some.flatMap((one) => others.map((other) => new Map([...one, ...other])))
}
