import { intersect, type PathPattern, patternKey } from "../core/index.ts"
import { globOf, meets, type PathGlob, straysOf } from "./path-glob.ts"

/** One place of a rule table, and which of its paths a caller was granted: its pattern, parts of it, or nothing. */
export interface GrantedPlace {
  readonly pattern: PathPattern
  readonly granted: readonly PathPattern[]
}

/** What is granted, in IAM's terms: all of `allow` but for what `deny` takes away. */
export interface Sayable {
  readonly allow: readonly PathPattern[]
  readonly deny: readonly PathGlob[]
  /** What is granted, but can't be said without granting more, or taking away from the rest. */
  readonly unsaid: readonly PathPattern[]
}

/**
 * Puts what was granted into allows and denies that never grant more. `/orders/:id` is allowed as all below `/orders/`, so that all
 * two levels below has to be denied, and more specific places that were not granted, too. Where such a deny would hit what is
 * granted, one of the two has to go: the one that needs the deny. A place of `summaries` says what several of `places` do, where
 * that can be said.
 */
export function findSayable(places: readonly GrantedPlace[], summaries: readonly GrantedPlace[]): Sayable {
  const grantsOf = (place: GrantedPlace, isSummary: boolean) =>
    place.granted.map((pattern): Grant => ({ pattern, denials: denialsFor(place, pattern, places), isSummary }))
  const single = places.flatMap((place) => grantsOf(place, false))
  const all = broadestFirst([...single, ...summaries.flatMap((place) => grantsOf(place, true))])
  const hits = new Map(all.map((grant) => [grant, all.filter((other) => isHit(grant, other))]))

  let kept = new Set(all)
  for (;;) {
    const sayable = [...kept].filter((grant) => !hits.get(grant)?.some((other) => kept.has(other)))
    const isCovered = (grant: Grant) =>
      sayable.some((other) => other !== grant && contains(other.pattern, grant.pattern))
    const needed = [...kept].filter((grant) => !isCovered(grant))
    const hindrance = needed.find((grant) => !sayable.includes(grant))
    if (!hindrance)
      return {
        allow: needed.map(({ pattern }) => pattern),
        deny: needed.flatMap(({ denials }) => denials),
        unsaid: single
          .filter(({ pattern }) => !needed.some((grant) => contains(grant.pattern, pattern)))
          .map(patternOf),
      }
    kept = new Set([...kept].filter((grant) => grant !== hindrance))
  }
}

interface Grant {
  readonly pattern: PathPattern
  /** What has to be denied where it is allowed. */
  readonly denials: readonly PathGlob[]
  readonly isSummary: boolean
}

/** What has to be denied where a pattern is allowed, so that it grants its own paths only. */
function denialsFor(place: GrantedPlace, pattern: PathPattern, places: readonly GrantedPlace[]): readonly PathGlob[] {
  const denials = [...straysOf(globOf(pattern))]
  for (const other of places) {
    if (other === place || !contains(place.pattern, other.pattern)) continue
    const shared = intersect(pattern, other.pattern)
    const isGranted = shared && other.granted.some((granted) => contains(granted, shared))
    if (shared && !isGranted) denials.push(globOf(shared))
  }
  return denials
}

/**
 * Whether what one grant needs to be denied would take from another. From itself it may, as it is said as far as it can be; but not
 * from what it sums up, which can be said better.
 */
function isHit({ pattern, denials, isSummary }: Grant, other: Grant): boolean {
  const isItself = patternKey(pathOf(pattern)) === patternKey(pathOf(other.pattern))
  return (!isItself || isSummary) && denials.some((glob) => meets(glob, other.pattern))
}

/** Whether all paths of the second are the first's. */
export function contains(first: PathPattern, second: PathPattern): boolean {
  const shared = intersect(first, second)
  return shared !== null && patternKey(shared) === patternKey(second)
}

/** Without the method. */
function pathOf({ segments, open }: PathPattern): PathPattern {
  return { segments: segments.slice(1), open }
}

function patternOf({ pattern }: Grant): PathPattern {
  return pattern
}

/** Each once. What has to go goes in this order, so that a summary goes before what it sums up. */
function broadestFirst(grants: readonly Grant[]): Grant[] {
  const byKey = new Map(grants.map((grant) => [patternKey(grant.pattern), grant]))
  const parameters = ({ pattern }: Grant) => pattern.segments.filter((segment) => "parameter" in segment).length
  return [...byKey.values()].sort(
    (a, b) =>
      a.pattern.segments.length - b.pattern.segments.length ||
      Number(b.pattern.open) - Number(a.pattern.open) ||
      parameters(b) - parameters(a),
  )
}
