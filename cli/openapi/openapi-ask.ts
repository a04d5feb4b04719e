import type { RequirementInput, RouteInput } from "../../core/index.ts"

/**
 * What a request needs: nothing, what nobody has, or a token; with the scopes of one of the alternatives, of each list of them.
 * No list: any valid token.
 */
export type Ask = "public" | "refused" | { readonly all: readonly Alternatives[] }

/** Lists of scopes; one of the lists has to be there as a whole. */
export type Alternatives = readonly (readonly string[])[]

export const anyToken: Ask = { all: [] }

/** The requirement that nobody meets: each token has a subject. */
export const nobody: RequirementInput = { claims: { sub: { exists: false } } }

/** Asks for one of these lists. A list that has all of another asks for more in vain. */
export function askForOne(alternatives: Alternatives): Ask {
  const lists = alternatives.map((scopes) => [...new Set(scopes)])
  const holds = (more: readonly string[], less: readonly string[]) => less.every((scope) => more.includes(scope))
  const least = lists.filter(
    (list, index) =>
      !lists.some((other, at) => at !== index && holds(list, other) && (at < index || !holds(other, list))),
  )
  return least.some((list) => list.length === 0) ? anyToken : { all: [least] }
}

/** What two operations ask for, both. */
export function askForBoth(a: Ask, b: Ask): Ask {
  if (a === "refused" || b === "refused") return "refused"
  if (a === "public") return b
  if (b === "public") return a
  const lists = [...a.all, ...b.all]
  return { all: lists.filter((list, index) => lists.findIndex((other) => isSame(other, list)) === index) }
}

/** Whether two asks are for the same. */
export function isSameAsk(a: Ask, b: Ask): boolean {
  return isSame(a, b)
}

/** The part of a rule that asks for it; `nobody` has to be among the policy's requirements. */
export function writeAsk(ask: Ask): Omit<RouteInput, "path" | "methods"> {
  if (ask === "public") return { access: "public" }
  if (ask === "refused") return { allOf: ["nobody"] }
  const certain = ask.all.filter((alternatives) => alternatives.length === 1)
  const open = ask.all.filter((alternatives) => alternatives.length > 1)
  const scopes = [...new Set(certain.flat(2))]
  const [first, ...others] = open
  return {
    ...(scopes.length > 0 && { scopes }),
    ...(first && (others.length === 0 ? writeAlternatives(first) : { allOf: open.map(writeAlternatives) })),
  }
}

function writeAlternatives(alternatives: Alternatives): RequirementInput {
  if (alternatives.every((scopes) => scopes.length === 1)) return { anyScope: alternatives.flat() }
  return { anyOf: alternatives.map((scopes) => ({ scopes })) }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
