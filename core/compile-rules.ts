import { compileRequirement, type Surroundings } from "./compile-requirement.ts"
import type { ConfigProblem } from "./config-error.ts"
import { findHiddenRules } from "./hidden-rules.ts"
import type { PathPattern } from "./path-pattern.ts"
import { looksBeyondThePath } from "./request-parts.ts"
import { partsOf } from "./requirement.ts"
import type { RequirementInput } from "./requirement-input.ts"
import { findConflicts, maximumConflicts } from "./route-conflicts.ts"
import type { Rule } from "./routes.ts"

/** A rule that has the right form, its path parsed. */
export interface CheckedRoute extends RequirementInput {
  readonly path: { readonly text: string; readonly pattern: PathPattern }
  readonly methods?: readonly string[] | undefined
  readonly access?: "public" | undefined
  readonly report: boolean
}

/** API Gateway takes some 8 KB, which is about 100 resources; and each pair of rules is looked at. */
export const maximumDocumentRules = 200

/** Compiles the rules of a policy, and finds what is wrong with them that can't be seen in one alone. */
export function compileRules(
  routes: readonly CheckedRoute[],
  requirements: Surroundings["named"],
  issuers: Surroundings["issuers"],
  apiGateway: { readonly cacheKey?: string | undefined },
): { readonly rules: readonly Rule[]; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = []
  const rules = routes.map(({ path, methods, access, report, ...asked }, index): Rule => {
    const surroundings = { named: requirements, pattern: path.pattern, issuers }
    return {
      name: methods ? `${methods.join(",")} ${path.text}` : path.text,
      pattern: path.pattern,
      methods: methods ?? null,
      access: access ?? "token",
      report,
      requirement: compileRequirement(asked, surroundings, `routes[${index}]`, problems),
    }
  })

  // What no rule asks for yet is to be found right when one does.
  const used = new Set(rules.flatMap(({ requirement }) => partsOf(requirement).map(({ name }) => name)))
  for (const [name, asked] of Object.entries(requirements))
    if (!used.has(name))
      compileRequirement(asked, { named: requirements, pattern: null, issuers }, `requirements.${name}`, problems)

  const conflicts = findConflicts(rules)
  for (const { first, second, on } of conflicts) {
    const both = `"${first.name}" and "${second.name}"`
    const remedy = on
      ? `${both} both cover ${on}, and neither is the more specific; give ${on} a rule of its own, or change one`
      : `${both} cover the same requests; join them, or remove one`
    problems.push({ path: "routes", remedy })
  }
  if (conflicts.length === maximumConflicts)
    problems.push({ path: "routes", remedy: "there may be more that cover the same requests; these come first" })
  // Of two rules for the same, either would be found to hide the other.
  if (conflicts.length === 0)
    for (const { rule, behind } of findHiddenRules(rules)) {
      const others = behind.map(({ name }) => `"${name}"`).join(" and ")
      problems.push({
        path: "routes",
        remedy: `"${rule.name}" is hidden by ${others}: no request is left to it; remove it`,
      })
    }

  if (apiGateway.cacheKey === "token" && rules.length > maximumDocumentRules)
    problems.push({
      path: "apiGateway.cacheKey",
      remedy: `must be "call": ${rules.length} rules are more than a document for all calls can say (${maximumDocumentRules})`,
    })
  if (apiGateway.cacheKey)
    for (const rule of rules) {
      const part = looksBeyondThePath(rule)
      const remedy = `must be left out: "${rule.name}" asks for ${part}, which a cached answer can't tell apart`
      if (part !== null) problems.push({ path: "apiGateway.cacheKey", remedy })
    }
  return { rules, problems }
}
