import type { PathPattern } from "./path-pattern.ts"
import { compileRoutes, type RouteNode, type Rule, ruleFor, standardMethods } from "./routes.ts"

/** A pattern, and the rule that covers with one method what no more specific place does. */
export interface Place {
  readonly pattern: PathPattern
  readonly rule: Rule
}

/** The methods of which anything is said; all others are refused everywhere. */
export function coveredMethods(rules: readonly Rule[], unmatched: Rule | null): readonly string[] {
  const named = rules.flatMap(({ methods }) => methods ?? standardMethods)
  const heads = named.includes("GET") ? ["HEAD"] : []
  return [...new Set([...(unmatched ? standardMethods : []), ...named, ...heads])]
}

/** All places of one method, as matching a request finds them. */
export function placesOf(rules: readonly Rule[], unmatched: Rule | null, method: string): readonly Place[] {
  const { root } = compileRoutes(rules, unmatched)
  const places = [...placesBelow(root, method)]
  const isCovered = places.some(({ pattern }) => pattern.open && pattern.segments.length === 0)
  const rest = isCovered || !standardMethods.includes(method) ? null : unmatched
  return rest ? [...places, { pattern: rest.pattern, rule: rest }] : places
}

function* placesBelow(node: RouteNode, method: string): Generator<Place> {
  for (const rule of [ruleFor(node.exact, method), ruleFor(node.open, method)])
    if (rule) yield { pattern: rule.pattern, rule }
  for (const child of node.literals?.values() ?? []) yield* placesBelow(child, method)
  if (node.parameter) yield* placesBelow(node.parameter, method)
}
