import type { Config, ConfigInput } from "../../core/index.ts"
import { partsOf } from "../../core/requirement.ts"
import { standardMethods } from "../../core/routes.ts"
import { requirementText } from "../requirement-pieces.ts"
import { findLessStrictRules } from "./less-strict-rules.ts"
import type { Warning } from "./warning.ts"

/** What is odd about the rules of a policy. */
export function ruleWarnings(policy: ConfigInput, config: Config): readonly Warning[] {
  return [
    ...lessStrictWarnings(config),
    ...openPublicWarnings(config),
    ...reportWarnings(config),
    ...unmatchedWarnings(policy),
    ...unusedRequirementWarnings(policy, config),
  ]
}

function lessStrictWarnings({ rules }: Config): Warning[] {
  return findLessStrictRules(rules).map(({ rule, general, methods }) => {
    const lenient =
      rule.access === "public" ? "is public" : `asks for ${requirementText(rule.requirement) || "any valid token"}`
    const strict = requirementText(general.requirement) || "a valid token"
    const isPart = methods.length < (rule.methods ?? standardMethods).length
    const which = isPart ? ` (${methods.join(", ")})` : ""
    return {
      path: `routes[${rules.indexOf(rule)}]`,
      message: `"${rule.name}" ${lenient}, and takes requests${which} from "${general.name}", which asks for ${strict}`,
      remedy: "see that this is meant; if not, let it ask for the same",
    }
  })
}

const writingMethods = ["POST", "PUT", "PATCH", "DELETE"]

function openPublicWarnings({ rules }: Config): Warning[] {
  return rules.flatMap(({ name, access, pattern, methods }, index): Warning[] => {
    if (access !== "public" || !pattern.open) return []
    const path = `routes[${index}]`
    if (pattern.segments.length === 0)
      return [
        {
          path,
          message: `"${name}" opens every path that no other rule covers, those included that are yet to be built`,
          remedy: "name the public paths, or keep nothing behind this policy that needs a token",
        },
      ]
    if (!(methods ?? standardMethods).some((method) => writingMethods.includes(method))) return []
    const message = `"${name}" is public with all that is below it, for methods that write`
    return [{ path, message, remedy: 'write methods: ["GET"] where it is only read, or name the paths' }]
  })
}

function reportWarnings({ rules }: Config): Warning[] {
  return rules.flatMap(({ name, report }, index) =>
    report
      ? [
          {
            path: `routes[${index}].report`,
            message: `"${name}" only reports: it lets everybody through, without a token, too`,
            remedy: "remove report once the log shows no refusal that you don't want",
          },
        ]
      : [],
  )
}

function unmatchedWarnings({ unmatched, routes }: ConfigInput): Warning[] {
  if (unmatched !== "authenticated" || routes === undefined) return []
  const message = "what no rule covers is open to any valid token: a misspelt path, and one that is yet to be built"
  return [{ path: "unmatched", message, remedy: 'write a rule for each path, and leave unmatched at "deny"' }]
}

function unusedRequirementWarnings({ requirements = {} }: ConfigInput, { rules }: Config): Warning[] {
  const used = new Set(rules.flatMap(({ requirement }) => partsOf(requirement).map(({ name }) => name)))
  return Object.keys(requirements)
    .filter((name) => !used.has(name))
    .map((name) => ({
      path: `requirements.${name}`,
      message: "no rule asks for it",
      remedy: "name it in a rule's allOf or anyOf, or remove it",
    }))
}
