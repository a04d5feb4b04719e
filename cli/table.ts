import { stripVTControlCharacters } from "node:util"
import CliTable from "cli-table3"
import { withoutTokens } from "./command-error.ts"
import { style } from "./style.ts"

/** As wide as a line may be: two windows beside each other, a log, a review. */
export const LINE_WIDTH = 100

const GAP = "  "

/**
 * A table without borders. A cell wraps between words, and within a word that is longer than what its column can have, so
 * that no line is wider than LINE_WIDTH. Without a head, pass none.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // Before a token is wrapped, and can't be told any more.
  const shown = rows.map((row) => row.map(withoutTokens))
  const all = head.length > 0 ? [head.map(style.bold), ...shown] : shown
  const widths = columnWidths(all)
  const printed = new CliTable({
    chars: BORDERLESS,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colWidths: widths,
  })
  printed.push(...all.map((row) => row.map((cell, column) => wrap(cell, widths[column] ?? LINE_WIDTH))))
  return printed.toString().replace(/ +$/gm, "")
}

const BORDERLESS = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"]
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((name) => [name, ""])
    .concat([["middle", GAP]]),
)

/** The widest column gives first; words of a usual length are kept whole while another column can give. */
function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, column) => {
    const cells = rows.map((row) => stripVTControlCharacters(row[column] ?? ""))
    const longest = (parts: readonly string[]) => Math.max(1, ...parts.map((part) => part.length))
    const words = Math.min(30, longest(cells.flatMap((cell) => cell.split(/\s+/))))
    return { width: longest(cells.flatMap((cell) => cell.split("\n"))), words }
  })
  const room = LINE_WIDTH - GAP.length * (columns.length - 1)
  let excess = columns.reduce((sum, { width }) => sum + width, 0) - room
  for (; excess > 0; excess--) {
    const withSpaces = columns.filter(({ width, words }) => width > words)
    const widest = (withSpaces.length > 0 ? withSpaces : columns).reduce((a, b) => (b.width > a.width ? b : a))
    widest.width--
  }
  return columns.map(({ width }) => Math.max(1, width))
}

/** Each line that is too long goes on in the next, as far to the right as it began. */
function wrap(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n")
}

function wrapLine(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0].slice(0, width >> 1) ?? ""
  const room = width - indent.length
  const words = line.split(/ +/).flatMap((word) => pieces(word, room))
  const lines: string[] = []
  let last = ""
  for (const word of words) {
    const longer = last === "" ? word : `${last} ${word}`
    if (visibleLength(longer) > room) lines.push(last)
    last = visibleLength(longer) > room ? word : longer
  }
  return [...lines, last].map((one) => indent + one)
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length
}

/** A path or a URL is broken behind a separator, if there is one late enough. */
function pieces(word: string, width: number): string[] {
  const found: string[] = []
  let rest = word
  while (visibleLength(rest) > width) {
    const separator = Math.max(...["/", ",", ":", "?", "&", "=", "."].map((one) => rest.lastIndexOf(one, width - 1)))
    const end = separator >= width / 2 ? separator + 1 : width
    found.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...found, rest]
}
