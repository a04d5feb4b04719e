import type { PathPattern } from "./path-pattern.ts"
import type { Requirement } from "./requirement.ts"

/** One rule of the policy: which requests it covers and what they need. */
export interface Rule {
  /** How decisions and logs name it: its methods and its path, as configured. */
  readonly name: string
  readonly pattern: PathPattern
  /** Upper-case method names; null for the standard methods. */
  readonly methods: readonly string[] | null
  readonly access: "public" | "token"
  /** Whether it only reports how it would decide, and lets everything through. */
  readonly report: boolean
  /** What it asks for beside a valid token. */
  readonly requirement: Requirement
}

/** The rules, compiled for matching: a tree of path segments. */
export interface RouteTable {
  readonly root: RouteNode
  readonly unmatched: Rule | null
}

/** One place in the tree of path segments. */
export interface RouteNode {
  /** Null where there are none, as are the rules: with thousands of nodes, what is small stays in a processor's cache. */
  literals: Map<string, RouteNode> | null
  parameter: RouteNode | null
  /** Rules that end here. */
  exact: readonly MethodRule[] | null
  /** Rules that end here with `/**`. */
  open: readonly MethodRule[] | null
}

/** A rule under one of its methods; "*" stands for a rule that names none. A place has few of them, so they stand in a list. */
export interface MethodRule {
  readonly method: string
  readonly rule: Rule
}
const anyMethod = "*"

/** What a rule without `methods` covers. TRACE, CONNECT and invented methods must be named by the rule that wants them. */
export const standardMethods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/** Compiles rules that `findConflicts` has found unambiguous. `unmatched` covers what no rule does; null refuses it. */
export function compileRoutes(rules: readonly Rule[], unmatched: Rule | null): RouteTable {
  const root = emptyNode()
  for (const rule of rules) {
    let node = root
    for (const segment of rule.pattern.segments) {
      if ("parameter" in segment) node = node.parameter ??= emptyNode()
      else node = childOf(node, segment.literal)
    }
    const place = rule.pattern.open ? "open" : "exact"
    const methods = rule.methods ?? [anyMethod]
    node[place] = [...(node[place] ?? []), ...methods.map((method) => ({ method, rule }))]
  }
  return { root, unmatched }
}

/**
 * The one rule that covers a request, or null. `path` is canonical. The most specific pattern wins: a literal over a
 * parameter over `/**`, from the left; of equal patterns, the one that names the method. HEAD is GET unless a rule names it.
 */
export function matchRoute(table: RouteTable, method: string, path: string): Rule | null {
  return descend(table.root, path, 1, method) ?? forMethod(table.unmatched, method)
}

// Visits each node of the tree at most once, so the number of rules bounds the work whatever the path says. `start` is where the
// next segment begins: behind the path's end if there is none, as after a trailing slash.
function descend(node: RouteNode, path: string, start: number, method: string): Rule | null {
  if (start >= path.length) return ruleFor(node.exact, method) ?? ruleFor(node.open, method)
  const slash = path.indexOf("/", start)
  const end = slash === -1 ? path.length : slash
  const literal = node.literals?.get(path.slice(start, end))
  return (
    (literal && descend(literal, path, end + 1, method)) ??
    (node.parameter && descend(node.parameter, path, end + 1, method)) ??
    ruleFor(node.open, method)
  )
}

/** The rule among those of one place that covers a method. */
export function ruleFor(rules: readonly MethodRule[] | null, method: string): Rule | null {
  if (rules === null) return null
  const named = ruleNaming(rules, method) ?? (method === "HEAD" ? ruleNaming(rules, "GET") : null)
  return named ?? forMethod(ruleNaming(rules, anyMethod), method)
}

function ruleNaming(rules: readonly MethodRule[], method: string): Rule | null {
  for (const candidate of rules) if (candidate.method === method) return candidate.rule
  return null
}

function forMethod(rule: Rule | null, method: string): Rule | null {
  return rule && standardMethods.includes(method) ? rule : null
}

function childOf(node: RouteNode, literal: string): RouteNode {
  node.literals ??= new Map()
  const child = node.literals.get(literal) ?? emptyNode()
  node.literals.set(literal, child)
  return child
}

function emptyNode(): RouteNode {
  return { literals: null, parameter: null, exact: null, open: null }
}
