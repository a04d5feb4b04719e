import type { Config, Requirement, Rule } from "../../core/index.ts"
import { partsOf } from "../../core/requirement.ts"
import { standardMethods } from "../../core/routes.ts"
import { printable } from "../printable.ts"
import { piecesOf } from "../requirement-pieces.ts"

/** A policy as people read it: tables of texts, of which a cell may have several lines. */
export interface RuleTable {
  /** Whose tokens count, and for which audiences. */
  readonly issuers: readonly string[]
  /** Methods, path, who may, and what is asked of them; in the order of the policy, and then what no rule covers. */
  readonly rules: readonly RuleRow[]
  /** Named requirements that rules ask for, each with what it is made of. */
  readonly requirements: readonly { readonly name: string; readonly asks: readonly string[] }[]
}

/** What "any" stands for where a rule names no methods. */
export const anyMethods = `any: ${standardMethods.join(", ")}. GET covers HEAD.`

export interface RuleRow {
  readonly methods: string
  readonly path: string
  readonly who: string
  readonly asks: readonly string[]
}

/** Writes a policy out. The same policy always comes out the same, so that two can be compared line by line. */
export function writeRuleTable({ issuers, rules, unmatched }: Config): RuleTable {
  return {
    issuers: issuers.map(({ issuer, audiences }) => `${issuer} for ${audiences.map(printable).join(", ")}`),
    rules: [
      ...rules.map(writeRule),
      {
        methods: "any",
        path: rules.length === 0 ? "(every path)" : "(all else)",
        who: unmatched ? validToken : "nobody",
        asks: [],
      },
    ],
    requirements: namedRequirements(rules).map((requirement) => ({
      name: printable(requirement.name ?? ""),
      asks: asksOf(requirement),
    })),
  }
}

const validToken = "a valid token"

function writeRule({ name, methods, access, report, requirement }: Rule): RuleRow {
  const principal = requirement.conditions.find(({ kind }) => kind === "principal")
  const conditions = requirement.conditions.filter((condition) => condition !== principal)
  const who = principal?.kind === "principal" ? `a ${principal.principal}` : validToken
  return {
    methods: methods?.join(", ") ?? "any",
    path: printable(methods ? name.slice(methods.join().length + 1) : name),
    who: access === "public" ? "anybody" : who,
    asks: [...asksOf({ ...requirement, conditions }), ...(report ? ["(only reports: lets everybody through)"] : [])],
  }
}

function asksOf(requirement: Requirement): readonly string[] {
  return piecesOf(requirement).map(({ text }) => printable(text))
}

/** Each once, in the order in which rules come to them. */
function namedRequirements(rules: readonly Rule[]): readonly Requirement[] {
  const named = new Map<string, Requirement>()
  for (const { requirement } of rules)
    for (const part of partsOf(requirement)) if (part.name !== null && !named.has(part.name)) named.set(part.name, part)
  return [...named.values()]
}
