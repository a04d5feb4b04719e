import type { Config, Decision } from "../../core/index.ts"
import { type Condition, partsOf, type Requirement } from "../../core/requirement.ts"

/** How the outcomes of many cases are spread: a test that only ever sees refusals proves little. */
export interface Spread {
  add(decision: Decision, config: Config): void
  /** A count under a name of one's own. */
  count(name: string): void
  readonly cases: number
  readonly counts: ReadonlyMap<string, number>
  /** Of all cases. */
  shareOf(name: string): number
  /** What rules asked for → how often it was met by what was allowed, and how often it was the reason of a refusal. */
  readonly asked: ReadonlyMap<string, { readonly met: number; readonly unmet: number }>
  /** To be read by people. */
  toString(): string
}

export function startSpread(): Spread {
  const counts = new Map<string, number>()
  const asked = new Map<string, { met: number; unmet: number }>()
  let cases = 0

  function count(name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }

  function note(names: readonly string[], how: "met" | "unmet"): void {
    for (const name of new Set(names)) {
      const entry = asked.get(name) ?? { met: 0, unmet: 0 }
      entry[how]++
      asked.set(name, entry)
    }
  }

  return {
    counts,
    asked,
    get cases() {
      return cases
    },
    count,
    shareOf: (name) => (counts.get(name) ?? 0) / cases,
    add(decision, config) {
      cases++
      const rule = config.rules.find(({ name }) => name === decision.rule)
      if (decision.outcome !== "allow") {
        count(decision.reason)
        if (rule) note(lacking(decision, rule.requirement), "unmet")
      } else if (decision.reported) count("allow, reported")
      else {
        count(decision.principal ? "allow" : "allow, public")
        if (rule) note(certain(rule.requirement).flatMap(namesOf), "met")
      }
    },
    toString() {
      const share = (number: number) => `${((100 * number) / cases).toFixed(1)}%`
      const inOrder = [...counts].sort(([, a], [, b]) => b - a)
      const kinds = [...asked].sort(([a], [b]) => (a < b ? -1 : 1))
      return [
        inOrder.map(([name, number]) => `${name} ${share(number)}`).join(", "),
        `met/unmet: ${kinds.map(([name, { met, unmet }]) => `${name} ${met}/${unmet}`).join(", ")}`,
      ].join("\n")
    },
  }
}

/** The parts of a requirement that hold wherever it does. */
function certain(requirement: Requirement): Requirement[] {
  return [requirement, ...requirement.allOf.flatMap(certain)]
}

function namesOf({ conditions, stepUp, ...asked }: Requirement): string[] {
  return [
    ...conditions.map(nameOf),
    ...(asked.scopes.length > 0 ? ["scopes"] : []),
    ...(asked.anyScope ? ["anyScope"] : []),
    ...(asked.permissions.length > 0 ? ["permissions"] : []),
    ...(asked.anyPermission ? ["anyPermission"] : []),
    ...(stepUp && stepUp.acr.length > 0 ? ["stepUp.acr"] : []),
    ...(stepUp && stepUp.amr.length > 0 ? ["stepUp.amr"] : []),
    ...(stepUp && stepUp.maxAgeSeconds !== null ? ["stepUp.maxAgeSeconds"] : []),
    ...(asked.allOf.length > 0 ? ["allOf"] : []),
    ...(asked.anyOf ? ["anyOf"] : []),
  ]
}

/** What a refusal for a requirement was for. */
function lacking({ checks }: Decision, requirement: Requirement): string[] {
  const { step, facts = {} } = checks.at(-1) ?? { step: "path" }
  if (step !== "requirements") return []
  const { unmet, missing, oneOf } = facts
  const parts = partsOf(requirement)
  if (typeof unmet === "string") {
    const condition = parts.flatMap(({ conditions }) => conditions).find(({ text }) => text === unmet)
    return [condition ? nameOf(condition) : unmet]
  }
  const isScopes = parts.some(({ scopes, anyScope }) =>
    [...scopes, ...(anyScope ?? [])].some((one) => [missing, oneOf].flat().includes(one)),
  )
  if (oneOf) return [isScopes ? "anyScope" : "anyPermission"]
  return [isScopes ? "scopes" : "permissions"]
}

function nameOf(condition: Condition): string {
  if (!("test" in condition)) return condition.kind
  const { kind, test } = condition
  const against = typeof test.operand === "object" && "claim" in test.operand ? " a claim" : ""
  const exists = test.operator === "exists" && !test.operand ? " not" : ""
  return `${kind} ${test.operator}${against}${exists}`
}
