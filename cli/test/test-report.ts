import type { Decision } from "../../core/index.ts"
import { style } from "../style.ts"
import { table } from "../table.ts"
import type { Expected } from "./test-file.ts"
import type { TestResult } from "./test-result.ts"

/** What came of all expectations under one policy. */
export interface PolicyResults {
  readonly policy: string
  readonly results: readonly TestResult[]
  readonly asked: readonly string[]
  readonly unasked: readonly string[]
}

/** What failed, and a summary, as people read it. */
export function describeResults(policies: readonly PolicyResults[]): string {
  const results = policies.flatMap((one) => one.results)
  const failed = results.filter(({ passed }) => !passed)
  const count = `${results.length - failed.length} passed, ${failed.length} failed of ${results.length}`
  const reported = results.filter(({ decision }) => decision.outcome === "allow" && decision.reported).length
  return [
    ...failed.map((result) => `${describeFailure(result)}\n`),
    failed.length > 0 ? style.red(count) : style.green(count),
    ...policies.map((one) => describeRules(one, policies.length > 1)),
    ...(reported > 0 ? [`${reported} allowed by a rule that only reports what it would refuse`] : []),
  ].join("\n")
}

function describeFailure({ expectation, decision, remedy }: TestResult): string {
  const { name, place, token, request, expected } = expectation
  const { method, path, query } = request
  const rows = [
    ["asked", `${method} ${path}${query ? `?${query}` : ""} with ${token}`],
    ["expected", describeExpected(expected)],
    ["decided", describeDecision(decision)],
    ...(remedy
      ? [
          ["because", remedy.wrong],
          ["enough", remedy.enough],
        ]
      : []),
  ]
  const head = `${style.red("FAILED")} ${style.bold(name)} ${style.dim(`(${place})`)}`
  return `${head}\n${table(
    [],
    rows.map(([label = "", text = ""]) => [`  ${label}`, text]),
  )}`
}

function describeExpected(expected: Expected): string {
  const what = expected.outcome === "allow" ? "allow" : `refuse, ${expected.reason}`
  const enough = expected.outcome === "refuse" ? enoughText(expected) : ""
  const reported = expected.outcome === "allow" && expected.reported ? `reported: ${expected.reported}` : ""
  return [what, reported, enough, byRule(expected.rule)].filter(Boolean).join(", ")
}

function describeDecision(decision: Decision): string {
  const what = decision.outcome === "allow" ? "allow" : `${decision.outcome}, ${decision.reason}`
  const reported = decision.outcome === "allow" && decision.reported ? `reported: ${decision.reported.reason}` : ""
  return [what, reported, decision.rule === null ? "no rule covers it" : byRule(decision.rule)]
    .filter(Boolean)
    .join(", ")
}

function byRule(rule: string | undefined): string {
  return rule === undefined ? "" : `by the rule ${rule}`
}

function enoughText({ scope, acrValues, maxAge }: Expected & { readonly outcome: "refuse" }): string {
  return [
    scope && `scope ${scope.join(" ")}`,
    acrValues && `acr ${acrValues.join(" or ")}`,
    maxAge !== undefined && `at most ${maxAge} seconds ago`,
  ]
    .filter(Boolean)
    .join(", ")
}

function describeRules({ policy, asked, unasked }: PolicyResults, isOneOfSeveral: boolean): string {
  const count = `${asked.length} of ${asked.length + unasked.length} rules were asked${isOneOfSeveral ? ` of ${policy}` : ""}`
  if (unasked.length === 0) return count
  return style.yellow([`${count}, not:`, ...unasked.map((name) => `  ${name}`)].join("\n"))
}
