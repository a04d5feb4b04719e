import type { Rule } from "../../core/index.ts"
import type { PathPattern } from "../../core/path-pattern.ts"
import { pathSegments } from "../../core/request.ts"
import { standardMethods } from "../../core/routes.ts"

/** Rules that don't decide on a request, though one may think so. */
export interface NearRules {
  /** They cover the path, with other methods. */
  readonly otherMethods: readonly Rule[]
  /** They cover the request, too, but less specifically. */
  readonly moreGeneral: readonly Rule[]
  /** They would cover the path if it were spelt in another case. */
  readonly otherCase: readonly Rule[]
  /** They cover a folder that the path is in, and end there. */
  readonly above: readonly Rule[]
}

/** Finds the rules near the one that covers a request; null for none. `path` is canonical. */
export function findNearRules(rules: readonly Rule[], chosen: string | null, method: string, path: string): NearRules {
  const segments = pathSegments(path)
  const others = rules.filter(({ name }) => name !== chosen)
  const covering = others.filter(({ pattern }) => covers(pattern, segments, same))
  return {
    otherMethods: covering.filter((rule) => !coversMethod(rule, method)),
    moreGeneral: covering.filter((rule) => coversMethod(rule, method)),
    otherCase: others.filter(
      ({ pattern }) => !covers(pattern, segments, same) && covers(pattern, segments, sameInAnyCase),
    ),
    above: others.filter(
      ({ pattern }) =>
        !pattern.open &&
        pattern.segments.length > 0 &&
        covers({ ...pattern, open: true }, segments, same) &&
        !covers(pattern, segments, same),
    ),
  }
}

function covers(
  { segments: pattern, open }: PathPattern,
  segments: readonly string[],
  isSame: (a: string, b: string) => boolean,
): boolean {
  if (open ? segments.length < pattern.length : segments.length !== pattern.length) return false
  return pattern.every((segment, index) => "parameter" in segment || isSame(segment.literal, segments[index] ?? ""))
}

function coversMethod({ methods }: Rule, method: string): boolean {
  const covered = methods ?? standardMethods
  return covered.includes(method) || (method === "HEAD" && covered.includes("GET"))
}

function same(a: string, b: string): boolean {
  return a === b
}

function sameInAnyCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
