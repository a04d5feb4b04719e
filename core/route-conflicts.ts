import { groupBy } from "./group-by.ts"
import { intersect, patternKey, type Segment } from "./path-pattern.ts"
import { compileRoutes, type MethodRule, type RouteNode, type Rule, standardMethods } from "./routes.ts"

/** Two rules of which neither is the more specific on a request that both cover. */
export interface RouteConflict {
  readonly first: Rule
  readonly second: Rule
  /** The pattern on which they cross; null where their patterns are the same. */
  readonly on: string | null
}

/** Enough to mend at a time; rules by the hundred can cross each other by the ten thousand. */
export const maximumConflicts = 100

/**
 * Finds the rules between which a request could not choose: the same pattern and method twice, or two patterns that cross
 * (`/:a/b` and `/a/:b`) where they meet with no rule of its own. Not more than `maximum`, in their order.
 */
export function findConflicts(rules: readonly Rule[], maximum = maximumConflicts): RouteConflict[] {
  const byPattern = groupBy(rules, (rule) => patternKey(rule.pattern))
  const conflicts: RouteConflict[] = []

  for (const group of byPattern.values()) {
    for (const [index, first] of group.entries()) {
      for (const second of group.slice(index + 1)) {
        // Of two rules with one pattern, the one that names its methods is the more specific.
        const ordered = (first.methods === null) !== (second.methods === null)
        if (!ordered && shared(methodsOf(first), methodsOf(second)).length > 0)
          conflicts.push({ first, second, on: null })
        if (conflicts.length === maximum) return conflicts
      }
    }
  }

  const { root } = compileRoutes(rules, null)
  const position = new Map(rules.map((rule, index) => [rule, index]))
  const isLater = (a: Rule, b: Rule) => (position.get(a) ?? 0) > (position.get(b) ?? 0)
  for (const first of rules) {
    const { segments, open } = first.pattern
    for (const second of new Set(overlapping(root, segments, open))) {
      if (!isLater(second, first)) continue
      const on = crossing(first, second)
      if (on === null) continue
      const settled = byPattern.get(on) ?? []
      const isSettled = (method: string) => settled.some((rule) => coveredMethods(rule).includes(method))
      if (!shared(coveredMethods(first), coveredMethods(second)).every(isSettled))
        conflicts.push({ first, second, on: on || "/" })
      if (conflicts.length === maximum) return conflicts
    }
  }
  return conflicts
}

/** The key of the pattern on which two rules meet, or null where they don't meet or one lies within the other. */
function crossing(first: Rule, second: Rule): string | null {
  const meeting = intersect(first.pattern, second.pattern)
  if (!meeting) return null
  const key = patternKey(meeting)
  return key === patternKey(first.pattern) || key === patternKey(second.pattern) ? null : key
}

/** The rules whose patterns may share a path with this one. Walks the tree, since comparing each pair of 10,000 is too slow. */
function* overlapping(node: RouteNode, segments: readonly Segment[], open: boolean): Generator<Rule> {
  yield* rulesOf(node.open)
  const [segment, ...below] = segments
  if (segment === undefined) {
    yield* rulesOf(node.exact)
    if (open) for (const child of children(node)) yield* overlapping(child, [], true)
  } else if ("parameter" in segment) {
    for (const child of children(node)) yield* overlapping(child, below, open)
  } else {
    const literal = node.literals?.get(segment.literal)
    if (literal) yield* overlapping(literal, below, open)
    if (node.parameter) yield* overlapping(node.parameter, below, open)
  }
}

function children(node: RouteNode): RouteNode[] {
  const literals = [...(node.literals?.values() ?? [])]
  return node.parameter ? [...literals, node.parameter] : literals
}

function rulesOf(rules: readonly MethodRule[] | null): readonly Rule[] {
  return (rules ?? []).map(({ rule }) => rule)
}

function shared(first: readonly string[], second: readonly string[]): readonly string[] {
  return first.filter((method) => second.includes(method))
}

function methodsOf(rule: Rule): readonly string[] {
  return rule.methods ?? standardMethods
}

/** GET covers HEAD. On one pattern, a rule that names HEAD takes it away; where patterns cross, neither gives way. */
function coveredMethods(rule: Rule): readonly string[] {
  const methods = methodsOf(rule)
  return methods.includes("GET") ? [...methods, "HEAD"] : methods
}
