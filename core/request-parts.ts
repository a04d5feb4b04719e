import { partsOf, type Requirement } from "./requirement.ts"
import type { Rule } from "./routes.ts"

/**
 * What a rule looks at, beside the token, the method and the path, that may differ from one call to the next: part of the query, a
 * header, or the time since the user authenticated. Null for nothing of the kind.
 */
export function looksBeyondThePath({ requirement }: Rule): string | null {
  for (const part of partsOf(requirement)) {
    const condition = part.conditions.find(({ kind }) => kind === "query" || kind === "header")
    if (condition) return condition.text
    if (part.stepUp && part.stepUp.maxAgeSeconds !== null) return "stepUp.maxAgeSeconds"
  }
  return null
}

/** Whether any rule looks at a header; an edge need not read them where none does. */
export function looksAtHeaders(rules: readonly { readonly requirement: Requirement }[]): boolean {
  return rules.some(({ requirement }) =>
    partsOf(requirement).some((part) => part.conditions.some(({ kind }) => kind === "header")),
  )
}
