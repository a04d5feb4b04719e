import type { Requirement, Rule } from "../../core/index.ts"
import type { PathPattern, Segment } from "../../core/path-pattern.ts"
import { compileRoutes, type RouteNode, ruleFor, standardMethods } from "../../core/routes.ts"
import { piecesOf } from "../requirement-pieces.ts"

/** A rule that asks for less than the one that would cover its requests if it weren't there. */
export interface LessStrictRule {
  readonly rule: Rule
  readonly general: Rule
  readonly methods: readonly string[]
}

/**
 * Finds the rules that open what a more general rule closes: public, or asking for a part of what that one asks for. Each is
 * held against the next in line alone, whose requests it takes.
 */
export function findLessStrictRules(rules: readonly Rule[]): readonly LessStrictRule[] {
  const { root } = compileRoutes(rules, null)
  return rules.flatMap((rule) => {
    const byGeneral = new Map<Rule, string[]>()
    for (const method of rule.methods ?? standardMethods) {
      if (!isAtItsPlace(root, rule, method)) continue
      const general = nextInLine(root, rule, method)
      if (general && asksLess(rule, general)) byGeneral.set(general, [...(byGeneral.get(general) ?? []), method])
    }
    return [...byGeneral].map(([general, methods]) => ({ rule, general, methods }))
  })
}

/** Whether a rule covers a method at all: one of the same path that names the method comes before it. */
function isAtItsPlace(root: RouteNode, rule: Rule, method: string): boolean {
  let node: RouteNode | null | undefined = root
  for (const segment of rule.pattern.segments)
    node = "literal" in segment ? node?.literals?.get(segment.literal) : node?.parameter
  return ruleFor((rule.pattern.open ? node?.open : node?.exact) ?? null, method) === rule
}

/** The rule that would cover a rule's requests with a method if it weren't there; null for none. */
function nextInLine(root: RouteNode, rule: Rule, method: string): Rule | null {
  const { segments, open } = rule.pattern
  return descend(root, segments)

  // In the order in which a request is matched, and only by what covers all that the rule's pattern does.
  function descend(node: RouteNode | null | undefined, [segment, ...below]: PathPattern["segments"]): Rule | null {
    if (!node) return null
    if (segment === undefined) return (open ? null : other(node.exact)) ?? other(node.open)
    return literalBelow(node, segment, below) ?? descend(node.parameter, below) ?? other(node.open)
  }

  function literalBelow(node: RouteNode, segment: Segment, below: PathPattern["segments"]): Rule | null {
    return "literal" in segment ? descend(node.literals?.get(segment.literal), below) : null
  }

  function other(place: RouteNode["exact"]): Rule | null {
    const others = place?.filter((candidate) => candidate.rule !== rule)
    return others ? ruleFor(others, method) : null
  }
}

function asksLess(rule: Rule, general: Rule): boolean {
  if (general.access === "public") return false
  if (rule.access === "public") return true
  const [asked, wanted] = [demandsOf(rule.requirement), demandsOf(general.requirement)]
  return isCovered(asked, wanted) && !isCovered(wanted, asked)
}

/** What is asked for, each as the alternatives of which one will do. */
type Demands = readonly (readonly string[])[]

function demandsOf(requirement: Requirement): Demands {
  const { scopes, anyScope, permissions, anyPermission, allOf, ...others } = requirement
  const kind = (name: string, values: readonly string[]) => values.map((value) => `${name} ${value}`)
  return [
    ...kind("scope", scopes).map((one) => [one]),
    ...(anyScope ? [kind("scope", anyScope)] : []),
    ...kind("permission", permissions).map((one) => [one]),
    ...(anyPermission ? [kind("permission", anyPermission)] : []),
    ...allOf.flatMap(demandsOf),
    ...piecesOf({ ...others, scopes: [], anyScope: null, permissions: [], anyPermission: null, allOf: [] }).map(
      ({ text }) => [text],
    ),
  ]
}

/** Whether what meets `wanted` meets `asked`, too. */
function isCovered(asked: Demands, wanted: Demands): boolean {
  return asked.every((weak) => wanted.some((strong) => strong.every((alternative) => weak.includes(alternative))))
}
