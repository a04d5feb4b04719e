import { intersect, type PathPattern } from "../core/index.ts"
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
  /** What is granted, but can't be said, or not all of it, without granting more or taking away from the rest. */
  readonly unsaid: readonly PathPattern[]
}

/**
 * Puts what was granted with one method into allows and denies that never grant more. `/orders/:id` is allowed as all below
 * `/orders/`, so that all two levels below has to be denied, and more specific places that were not granted, too. Where such a deny
 * would hit what is granted, one of the two has to go: the one that needs the deny. Null where it is more than can be looked through.
 */
export function findSayable(places: readonly GrantedPlace[]): Sayable | null {
  const all = broadestFirst(
    places.flatMap((place) =>
      place.granted.map((pattern): Grant => ({ pattern, denials: denialsFor(place, pattern, places) })),
    ),
  )
  if (all.length * all.reduce((sum, { denials }) => sum + denials.length, 0) > maximumComparisons) return null
  // From itself it may take: it is said as far as it can be.
  const hits = new Map(all.map((grant) => [grant, all.filter((other) => other !== grant && isHit(grant, other))]))

  let kept = new Set(all)
  for (;;) {
    const sayable = new Set([...kept].filter((grant) => !hits.get(grant)?.some((other) => kept.has(other))))
    const needed = [...kept].filter((grant) => !isCovered(grant, sayable))
    const hindrance = needed.find((grant) => !sayable.has(grant))
    if (!hindrance) {
      const left = all.filter((grant) => (!kept.has(grant) && !isCovered(grant, sayable)) || takesFromItself(grant))
      return {
        allow: needed.map(({ pattern }) => pattern),
        deny: needed.flatMap(({ denials }) => denials),
        unsaid: left.map(({ pattern }) => pattern),
      }
    }
    kept = new Set([...kept].filter((grant) => grant !== hindrance))
  }
}

/** Of a deny with a grant: far more than a document has room for, and some tens of milliseconds. */
const maximumComparisons = 50_000

interface Grant {
  readonly pattern: PathPattern
  /** What has to be denied where it is allowed. */
  readonly denials: readonly PathGlob[]
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

/** Whether what one grant needs to be denied would take from another. */
function isHit({ denials }: Grant, { pattern }: Grant): boolean {
  return denials.some((glob) => meets(glob, pattern))
}

/** Whether what a grant needs to be denied would take from it more than is another's: its strays may be paths of its own. */
function takesFromItself({ pattern, denials }: Grant): boolean {
  const own = straysOf(globOf(pattern))
  const others = denials.slice(own.length).flatMap(straysOf)
  return [...own, ...others].some((stray) => meets(stray, pattern))
}

function isCovered(grant: Grant, sayable: ReadonlySet<Grant>): boolean {
  for (const other of sayable) if (other !== grant && contains(other.pattern, grant.pattern)) return true
  return false
}

/** Whether all paths of the second are the first's. */
export function contains(first: PathPattern, second: PathPattern): boolean {
  const longer = second.segments.length - first.segments.length
  if (longer < 0 || (longer > 0 && !first.open) || (second.open && !first.open)) return false
  return first.segments.every((segment, index) => {
    const other = second.segments[index]
    return "parameter" in segment || (other && "literal" in other && other.literal === segment.literal)
  })
}

/** Each once. What has to go goes in this order. */
function broadestFirst(grants: readonly Grant[]): readonly Grant[] {
  const once = grants.filter(
    (grant, index) =>
      !grants
        .slice(0, index)
        .some(({ pattern }) => contains(pattern, grant.pattern) && contains(grant.pattern, pattern)),
  )
  return once.sort(
    ({ pattern: a }, { pattern: b }) => a.segments.length - b.segments.length || Number(b.open) - Number(a.open),
  )
}
