import type { Fact } from "./machine.ts"
import { isMet, type RunOptions, type Section, type Table, type Target } from "./section.ts"
import { digits } from "./statistics.ts"

/** A part of the benchmark that ran, or the reason why it could not. */
export type Outcome =
  | { readonly name: string; readonly section: Section }
  | { readonly name: string; readonly failure: string }

/** All that a run came to. */
export interface Results {
  readonly date: Date
  readonly options: RunOptions
  readonly seconds: number
  readonly machine: readonly Fact[]
  readonly versions: readonly Fact[]
  readonly outcomes: readonly Outcome[]
  /** Where this project's own time goes: measured for each target that was missed. */
  readonly profiles: readonly Table[]
}

/** The targets of all parts that ran. */
export function targetsOf(outcomes: readonly Outcome[]): readonly Target[] {
  return outcomes.flatMap((outcome) => ("section" in outcome ? outcome.section.targets : []))
}

/** What the parts that missed a target measured to say where the time goes. */
export function explanationsOf(outcomes: readonly Outcome[]): readonly Table[] {
  return outcomes.flatMap((outcome) => ("section" in outcome ? (outcome.section.explanations ?? []) : []))
}

/** A run as Markdown. Everything in it was measured in that run. */
export function renderResults(results: Results): string {
  const { date, machine, options, outcomes, profiles, seconds, versions } = results
  const explanations = [...profiles, ...explanationsOf(outcomes)]
  const parts = [
    "# Benchmark results",
    `Written by \`npm run bench${options.quick ? " -- --quick" : ""}\` on ${date.toISOString().slice(0, 10)}, in ${Math.round(seconds)} s.${options.quick ? " A quick run: fewer rounds and algorithms, so rougher figures." : ""} Ratios compare what was measured in turns within one run; on another machine they come out differently.`,
    "## Targets",
    renderTargets(targetsOf(outcomes)),
    explanations.length > 0 ? "What was missed was looked into: see [where the time goes](#where-the-time-goes)." : "",
    ...outcomes.map((outcome) =>
      "failure" in outcome ? `**${outcome.name} failed**, so its targets are missing here.` : "",
    ),
    "## Machine",
    renderTable({ columns: ["", ""], rows: [...machine, ...versions] }),
    ...outcomes.flatMap(renderOutcome),
  ]
  parts.push(...renderExplanations(explanations))
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`
}

/** One part as Markdown. */
export function renderOutcome(outcome: Outcome): string[] {
  if ("failure" in outcome) return [`## ${outcome.name}`, "This part failed:", `\`\`\`\n${outcome.failure}\n\`\`\``]
  const { notes, tables, title } = outcome.section
  return [`## ${title}`, ...notes, ...tables.flatMap(renderTitled)]
}

/** Where the time goes as Markdown: nothing, where no target was missed. */
export function renderExplanations(tables: readonly Table[]): string[] {
  if (tables.length === 0) return []
  return [
    "## Where the time goes",
    "Measured in this run, for the targets that it missed. A profile shows the time spent in each function itself, as the engine's sampling profiler saw it; what is native, such as OpenSSL, counts as the built-in function that called it.",
    ...tables.flatMap(renderTitled),
  ]
}

/** What was promised beside what was measured. */
export function renderTargets(targets: readonly Target[]): string {
  return renderTable({
    columns: ["", "promised", "reached", "spread", ""],
    rows: targets.map((target) => {
      const { is, limit, median, name, spread, unit } = target
      const inUnit = (value: string) => (unit === undefined ? value : `${value} ${unit}`)
      return [
        name,
        `${is === "atMost" ? "at most" : "at least"} ${inUnit(`${limit}`)}`,
        inUnit(digits(median)),
        `${digits(spread[0])}–${digits(spread[1])}`,
        verdict(target),
      ]
    }),
  })
}

function verdict(target: Target): string {
  if (isMet(target)) return "met"
  const percent = Math.abs(target.median / target.limit - 1) * 100
  return Number.isNaN(percent) ? "**not measured**" : `**missed by ${digits(percent)} %**`
}

function renderTitled(table: Table): string[] {
  return [`### ${table.title}`, ...(table.note === undefined ? [] : [table.note]), renderTable(table)]
}

function renderTable({ columns, rows }: Pick<Table, "columns" | "rows">): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  const isFigures = (column: number) => rows.every((row) => /^([-–\d]|$)/.test(row[column] ?? ""))
  const alignment = columns.map((_, index) => (index > 0 && isFigures(index) ? "---:" : "---"))
  return [line(columns), line(alignment), ...rows.map(line)].join("\n")
}
