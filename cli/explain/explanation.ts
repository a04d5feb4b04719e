import { errorAnswer, type Reported, reasons } from "../../core/index.ts"
import { printable } from "../printable.ts"
import { style } from "../style.ts"
import { LINE_WIDTH, table } from "../table.ts"
import { type Explained, endingOf } from "./explained.ts"
import { type Remedy, remedyFor } from "./remedies.ts"
import type { RequirementCheck } from "./requirement-checks.ts"
import { stepText } from "./step-text.ts"

/** A decision, step by step, as people read it. */
export function writeExplanation(explained: Explained): string {
  const { request, decision } = explained
  const ending = endingOf(explained)
  const remedy = ending && remedyFor(ending.reason, explained)
  const call = printable(`${request.method} ${request.path}${request.query ? `?${request.query}` : ""}`)
  const title = call.length < LINE_WIDTH - 30 ? call : `${call.slice(0, LINE_WIDTH - 30)}…`
  return [
    `${style.bold(title)}  ${style.dim(new Date(decision.at).toISOString())}`,
    table([], stepRows(explained, remedy)),
    verdict(explained, ending, remedy),
  ].join("\n\n")
}

function stepRows(explained: Explained, remedy: Remedy | null): string[][] {
  return explained.decision.checks.flatMap((check) => {
    const text = check.passed || !remedy ? stepText(check, explained) : remedy.wrong
    const row = [mark(check.passed), check.step, text]
    // All that the rule asks for, though the first that is lacking has decided.
    return check.step === "requirements" ? [row, ...explained.asked.flatMap((asked) => checkRows(asked, 0))] : [row]
  })
}

function checkRows({ text, isMet, found, parts }: RequirementCheck, depth: number): string[][] {
  const line = `${"  ".repeat(depth)}${mark(isMet)} ${printable(text)}`
  return [["", "", found === null ? line : `${line}: ${found}`], ...parts.flatMap((part) => checkRows(part, depth + 1))]
}

function verdict(explained: Explained, ending: Reported | null, remedy: Remedy | null): string {
  const { decision, config } = explained
  if (!ending || !remedy)
    return style.green(`✓ Allowed${decision.outcome === "allow" && decision.principal ? "" : ": the rule is public"}`)
  const { reason, outcome } = ending
  const verb = outcome === "refuse" ? "Refused" : "Not decided"
  const line = `${reason}: ${reasons[reason].text}`
  const { status, headers } = errorAnswer(
    { ...decision, ...ending } as Parameters<typeof errorAnswer>[0],
    config.challenge,
  )
  const challenge = headers["www-authenticate"]
  const rows = [
    ["Enough", remedy.enough],
    ["Answer", `${status}${challenge ? `, WWW-Authenticate: ${challenge}` : ""}`],
  ]
  if (decision.outcome === "allow")
    return `${style.yellow(`! Let through, as the rule only reports. It would be: ${verb.toLowerCase()}`)}\n${table([], [["Reason", line], ...rows])}`
  return `${style.red(`✗ ${verb}`)}\n${table([], [["Reason", line], ...rows])}`
}

function mark(passed: boolean): string {
  return passed ? style.green("✓") : style.red("✗")
}
