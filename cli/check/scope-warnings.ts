import type { Config } from "../../core/index.ts"
import { partsOf } from "../../core/requirement.ts"
import type { Warning } from "./warning.ts"

/** The scopes that an API defines, and where that is said: an option, or a file. */
export interface DefinedScopes {
  readonly scopes: readonly string[]
  readonly source: string
}

/** Compares the scopes that an API defines with those that its rules ask for. Nothing to say where it isn't told of any. */
export function scopeWarnings({ rules }: Config, defined: readonly DefinedScopes[]): readonly Warning[] {
  if (defined.length === 0) return []
  const asked = new Map<string, number[]>()
  for (const [index, { requirement }] of rules.entries())
    for (const { scopes, anyScope } of partsOf(requirement))
      for (const scope of [...scopes, ...(anyScope ?? [])]) asked.set(scope, [...(asked.get(scope) ?? []), index])
  const known = new Set(defined.flatMap(({ scopes }) => scopes))

  const unasked = defined.flatMap(({ scopes, source }) =>
    [...new Set(scopes)]
      .filter((scope) => !asked.has(scope))
      .map((scope) => ({
        path: source,
        message: `no rule asks for the scope ${scope}`,
        remedy: "ask for it where it is meant to count, or stop granting it",
      })),
  )
  const undefinedScopes = [...asked]
    .filter(([scope]) => !known.has(scope))
    .map(([scope, indexes]) => ({
      path: `routes[${indexes[0]}]`,
      message: `asks for the scope ${scope}, which the API doesn't define${andOthers(indexes.length - 1)}`,
      remedy: "no token will have it: correct its name, or define it",
    }))
  return [...unasked, ...undefinedScopes]
}

function andOthers(count: number): string {
  if (count === 0) return ""
  return count === 1 ? " (as does one other rule)" : ` (as do ${count} other rules)`
}
