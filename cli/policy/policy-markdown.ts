import { markdownTable } from "markdown-table"
import { anyMethods, type RuleTable } from "./rule-table.ts"

/** A policy's table in Markdown (GFM), for a review. */
export function policyMarkdown({ issuers, rules, requirements }: RuleTable): string {
  const ruleRows = rules.map(({ methods, path, who, asks }) => [methods, code(path), who, lines(asks)])
  const parts = [
    `Tokens of:\n\n${issuers.map((issuer) => `- ${code(issuer)}`).join("\n")}`,
    markdownTable([["Methods", "Path", "Who", "Asked for"], ...ruleRows], fixed),
    anyMethods,
  ]
  if (requirements.length > 0) {
    const rows = requirements.map(({ name, asks }) => [code(name), lines(asks)])
    parts.push(markdownTable([["Requirement", "Asks for"], ...rows], fixed))
  }
  return parts.join("\n\n")
}

/** Unaligned: one longer cell would change every line of the table, and a comparison would show them all. */
const fixed = { alignDelimiters: false }

function lines(texts: readonly string[]): string {
  return texts.map(code).join("<br>")
}

/**
 * A code span: in one, Markdown leaves "*", "_" and "<" alone. It is fenced with more backticks than stand within it in a row; a
 * pipe would end the cell even there.
 */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = "`".repeat(longest + 1)
  const space = longest > 0 ? " " : ""
  return `${fence}${space}${text.replaceAll("|", "\\|")}${space}${fence}`
}
