import type { PathPattern } from "./path-pattern.ts"
import { compileRoutes, type RouteNode, type Rule, ruleFor, standardMethods } from "./routes.ts"

/** A rule that no request would ever come to, and the rules that come before it. */
export interface HiddenRule {
  readonly rule: Rule
  readonly behind: readonly Rule[]
}

/**
 * Finds the rules of which nothing is left: each request that they cover is covered by a more specific rule. So `/a/**` is hidden
 * by `/a` and `/a/:x/**` together, and a rule without methods by one of the same path that names them all.
 */
export function findHiddenRules(rules: readonly Rule[]): HiddenRule[] {
  const { root } = compileRoutes(rules, null)
  return rules.flatMap((rule) => {
    // What takes GET from a rule takes HEAD with it.
    const methods = rule.methods ?? standardMethods
    const behind = new Set<Rule>()
    const place = nodeOf(root, rule.pattern)
    const isHidden = methods.every((method) => {
      const found = hiders(place, rule.pattern.open, rule, method)
      for (const one of found ?? []) behind.add(one)
      return found !== null
    })
    return isHidden ? [{ rule, behind: [...behind] }] : []
  })
}

/** The rules that take all requests with this method from a rule; null if one is left to it. */
function hiders(node: RouteNode, open: boolean, rule: Rule, method: string): readonly Rule[] | null {
  const here = ruleFor(open ? node.open : node.exact, method)
  if (here !== rule) return here && [here]
  return open ? coverBelow(node, method) : null
}

/** The rules that together cover a folder and all below it, more specifically than a rule for just that would; null if none do. */
function coverBelow(node: RouteNode, method: string): readonly Rule[] | null {
  const folder = ruleFor(node.exact, method)
  if (!folder || !node.parameter) return null
  const all = ruleFor(node.parameter.open, method)
  const below = all ? [all] : coverBelow(node.parameter, method)
  return below && [folder, ...below]
}

function nodeOf(root: RouteNode, { segments }: PathPattern): RouteNode {
  return segments.reduce((node: RouteNode, segment) => {
    const next = "parameter" in segment ? node.parameter : node.literals?.get(segment.literal)
    return next as RouteNode
  }, root)
}
