import type { RouteInput } from "../../core/index.ts"
import { intersect, type PathPattern, patternKey, type Segment } from "../../core/path-pattern.ts"
import { noRequirement } from "../../core/requirement.ts"
import { findConflicts } from "../../core/route-conflicts.ts"
import { compileRoutes, type RouteNode, type Rule, standardMethods } from "../../core/routes.ts"
import { type Ask, anyToken, askForBoth, isSameAsk, writeAsk } from "./openapi-ask.ts"
import type { TakeNote } from "./openapi-note.ts"
import type { TranslatedPath } from "./openapi-path.ts"

/** An operation of the document, its path and what it asks for as a rule writes them. */
export interface Operation {
  /** As it stands in the document. */
  readonly name: string
  readonly method: string
  readonly path: TranslatedPath
  readonly ask: Ask
}

/** A path that rules are written for, and what its methods ask for. */
interface Place {
  readonly text: string
  readonly pattern: PathPattern
  readonly asks: Map<string, Ask>
}

/**
 * The rules for the operations of a document, and what each operation asks for then. Where a request could be for one of several
 * operations, the rule that covers it asks for what all of them do: where paths cross (`/a/:x` and `/:y/b`), which gets a rule of
 * its own, as OpenAPI leaves it open which of the two is meant (OpenAPI 3.2 §4.8.2); and where a path covers more than in the document.
 */
export function placeOperations(
  operations: readonly Operation[],
  note: TakeNote,
): { readonly routes: readonly RouteInput[]; askOf(operation: Operation): Ask } {
  const origins = new Map(operations.map((operation) => [ruleFor(operation.path.pattern, operation.method), operation]))
  const { root } = compileRoutes([...origins.keys()], null)
  const places = findPlaces(operations)
  for (const place of places.values())
    for (const method of place.asks.keys()) {
      const covering = [...rulesCovering(root, place.pattern.segments)].flatMap((rule) => origins.get(rule) ?? [])
      place.asks.set(method, decideAsk(place, method, covering, note))
    }
  const askOf = ({ path, method }: Operation) => places.get(patternKey(path.pattern))?.asks.get(method) ?? "refused"
  return { routes: [...places.values()].flatMap(writePlace), askOf }
}

/** The paths of all operations, and those where two of them cross; what is asked for there is not decided yet. */
function findPlaces(operations: readonly Operation[]): Map<string, Place> {
  const places = new Map<string, Place>()
  const add = (text: string, pattern: PathPattern, method: string) => {
    const key = patternKey(pattern)
    const place = places.get(key) ?? { text, pattern, asks: new Map() }
    places.set(key, place)
    place.asks.set(method, "refused")
  }
  for (const { path, method } of operations) add(path.text, path.pattern, method)

  for (;;) {
    const rules = [...places.values()].flatMap(({ pattern, asks }) =>
      [...asks.keys()].map((method) => ruleFor(pattern, method)),
    )
    const conflicts = findConflicts(rules)
    if (conflicts.length === 0) return places
    for (const { first, second } of conflicts) {
      const meeting = intersect(first.pattern, second.pattern)
      const methods = [first, second].map(({ methods: named }) => named?.[0] ?? "GET")
      // Of two methods, one is HEAD: GET covers it.
      const method = methods[0] === methods[1] ? methods[0] : "HEAD"
      if (meeting && method) add(writePattern(meeting), meeting, method)
    }
  }
}

/** All that the operations ask for which a request to a place could be for. `covering` cover each request to it. */
function decideAsk({ text, pattern }: Place, method: string, covering: readonly Operation[], note: TakeNote): Ask {
  const candidates = covering.filter((one) => one.method === method)
  const meant = candidates.filter((one) => !candidates.some((other) => isPreferred(other.path, one.path)))
  const own = meant.filter(({ path }) => patternKey(path.pattern) === patternKey(pattern))
  const asks = meant.map(({ ask }) => ask)
  const [first = "refused"] = asks

  if (!asks.every((ask) => isSameAsk(ask, first))) {
    if (own.length === 0) note("crossing_paths", `${method} ${text}`)
    else if (own.length === meant.length) for (const { name } of own) note("same_requests", name)
    else for (const { name } of own) note("wider_path", name)
  }
  const ask = asks.length > 0 ? asks.reduce(askForBoth) : "refused"
  if (ask !== "public" || meant.some(({ path }) => !path.isWider)) return ask
  for (const { name } of own) note("wider_public", name)
  return anyToken
}

/** Whether a path is meant rather than another for every request that both cover: it is the narrower one, and covers them for sure. */
function isPreferred(path: TranslatedPath, other: TranslatedPath): boolean {
  if (path.isWider) return false
  const differences = path.precision.map((precision, index) => precision - (other.precision[index] ?? 0))
  return differences.every((difference) => difference >= 0) && differences.some((difference) => difference > 0)
}

/** The rules of patterns that cover all paths of these segments. None of them is open. */
function* rulesCovering(node: RouteNode, [segment, ...below]: readonly Segment[]): Generator<Rule> {
  if (segment === undefined) {
    for (const { rule } of node.exact ?? []) yield rule
    return
  }
  const literal = "literal" in segment ? node.literals?.get(segment.literal) : undefined
  if (literal) yield* rulesCovering(literal, below)
  if (node.parameter) yield* rulesCovering(node.parameter, below)
}

/** The rules of a place: one for all methods that ask for the same. */
function writePlace({ text, asks }: Place): RouteInput[] {
  const groups: { ask: Ask; methods: string[] }[] = []
  for (const [method, ask] of asks) {
    const group = groups.find((one) => isSameAsk(one.ask, ask))
    if (group) group.methods.push(method)
    else groups.push({ ask, methods: [method] })
  }
  return groups.map(({ ask, methods }) => {
    // GET covers HEAD.
    const named = methods.includes("GET") ? methods.filter((method) => method !== "HEAD") : methods
    const isAll =
      standardMethods.every((method) => methods.includes(method)) && methods.length === standardMethods.length
    return { path: text, ...(!isAll && { methods: named }), ...writeAsk(ask) }
  })
}

function ruleFor(pattern: PathPattern, method: string): Rule {
  return { name: "", pattern, methods: [method], access: "token", report: false, requirement: noRequirement }
}

/** Parameters of the two patterns may have one name between them. */
function writePattern({ segments }: PathPattern): string {
  const names = new Set<string>()
  const parts = segments.map((segment) => {
    if ("literal" in segment) return segment.literal
    let { parameter: name } = segment
    while (names.has(name)) name = `${name}_`
    names.add(name)
    return `:${name}`
  })
  return `/${parts.join("/")}`
}
