import { canonicalPath, matchedPath, pathSegments } from "./request.ts"

/** A path pattern, parsed: literals, `:name` for exactly one segment, a final `/**` for the folder and all below it. */
export interface PathPattern {
  readonly segments: readonly Segment[]
  /** Whether the pattern ends in `/**`. */
  readonly open: boolean
}

/** One segment of a pattern: a literal as it is matched (`matchedPath`), or a named parameter. */
export type Segment = { readonly literal: string } | { readonly parameter: string }

/** Parses a pattern, or returns what is wrong with it as `{ problem }`. */
export function parsePathPattern(text: string): PathPattern | { readonly problem: string } {
  if (!text.startsWith("/")) return { problem: 'must begin with "/"' }
  const open = text.endsWith("/**")
  const body = open ? text.slice(0, -3) : text
  if (body.includes("*")) return { problem: '"*" may only stand as a final "/**"; write :name for one segment' }
  if (/[{}]/.test(body)) return { problem: "write :name for a path parameter, not {name}" }

  const segments: Segment[] = []
  for (const segment of pathSegments(body === "" ? "/" : body)) {
    if (segment.startsWith(":")) {
      if (!/^:[A-Za-z_][A-Za-z0-9_]*$/.test(segment)) return { problem: `${segment}: a parameter is ":" and a name` }
      segments.push({ parameter: segment.slice(1) })
    } else {
      const canonical = canonicalPath(`/${segment}`)
      const literal = canonical && matchedPath(canonical).slice(1)
      if (!literal) return { problem: `"${segment}" can be read in more than one way, so no request would match it` }
      segments.push({ literal })
    }
  }
  return { segments, open }
}

/**
 * What two patterns have in common: the pattern of the paths that both cover, or null if there are none. Parameters are
 * compared as places; their names don't count.
 */
export function intersect(a: PathPattern, b: PathPattern): PathPattern | null {
  if (a.segments.length > b.segments.length) return intersect(b, a)
  if (a.segments.length < b.segments.length && !a.open) return null
  const segments: Segment[] = []
  for (const [index, ofB] of b.segments.entries()) {
    const ofA = a.segments[index]
    if (ofA === undefined || "parameter" in ofA) segments.push(ofB)
    else if ("parameter" in ofB || ofB.literal === ofA.literal) segments.push(ofA)
    else return null
  }
  return { segments, open: a.open && b.open }
}

/** A key that is equal for patterns which cover the same paths. */
export function patternKey({ segments, open }: PathPattern): string {
  const parts = segments.map((segment) => ("literal" in segment ? `/${segment.literal}` : "/:"))
  return parts.join("") + (open ? "/**" : "")
}
