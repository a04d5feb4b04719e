import { groupBy, type PathPattern } from "../core/index.ts"
import { globOf, meets, type PathGlob } from "./path-glob.ts"

/** Calls as patterns and globs: those of paths, with the method in front. */
export interface Calls {
  readonly allow: readonly PathPattern[]
  readonly deny: readonly PathGlob[]
}

/** The methods that API Gateway knows: what is allowed with each of them is allowed with any. */
const gatewayMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
/** Those that a client might choose beside them. */
const otherMethods = ["CONNECT", "TRACE"]

/**
 * Says the same calls in less: what is allowed with every method as one, and what is denied with several. For IAM, a place for any
 * method is one for a method and a folder, too; so that is denied, and where that would take something away it stays as it is. `methods` are
 * those that rules speak of.
 */
export function summarise({ allow, deny }: Calls, methods: readonly string[]): Calls {
  // A rule could mean another method with what is said of any.
  const isClosed = methods.every((method) => gatewayMethods.includes(method))
  const shorter = isClosed ? summariseAllows(allow) : { allow, deny: [] }
  return { allow: shorter.allow, deny: summariseDenies([...deny, ...shorter.deny], shorter.allow) }
}

function summariseAllows(allow: readonly PathPattern[]): Calls {
  const summaries = [...groupBy(allow, pathKey).values()].flatMap((group) => {
    const methods = new Set(group.map(methodOf))
    const [first] = group
    if (!first || !gatewayMethods.every((method) => methods.has(method))) return []
    const pattern = { ...first, segments: [{ parameter: "method" }, ...first.segments.slice(1)] }
    const stray = strayOf(globOf(pattern))
    return allow.some((other) => meets(stray, other)) ? [] : [{ group, pattern, stray }]
  })
  if (summaries.length === 0) return { allow, deny: [] }
  const summed = new Set(summaries.flatMap(({ group }) => group))
  return {
    allow: [...summaries.map(({ pattern }) => pattern), ...allow.filter((pattern) => !summed.has(pattern))],
    deny: [...summaries.map(({ stray }) => stray), ...otherMethods.map((method) => ({ items: [method], open: true }))],
  }
}

function summariseDenies(deny: readonly PathGlob[], allow: readonly PathPattern[]): readonly PathGlob[] {
  const groups = groupBy(deny, ({ items, open }) => JSON.stringify([items.slice(1), open]))
  return [...groups.values()].flatMap((group) => {
    const methods = new Set(group.map(({ items }) => items[0]))
    const [{ items, open }] = group as [PathGlob]
    const any = { items: [null, ...items.slice(1)], open }
    const isWhole = allow.every((pattern) => !meets(any, pattern) || methods.has(methodOf(pattern)))
    const takesNothing = isWhole && !allow.some((pattern) => meets(strayOf(any), pattern))
    return methods.size > 1 && takesNothing ? [any] : group
  })
}

/** The calls of a glob for any method in which that is a method and a folder. */
function strayOf({ items, open }: PathGlob): PathGlob {
  return { items: [null, ...items], open }
}

/** The method of a call pattern; null for any. */
function methodOf({ segments: [method] }: PathPattern): string | null {
  return method && "literal" in method ? method.literal : null
}

function pathKey({ segments, open }: PathPattern): string {
  const path = segments.slice(1).map((segment) => ("literal" in segment ? segment.literal : null))
  return JSON.stringify([path, open])
}
