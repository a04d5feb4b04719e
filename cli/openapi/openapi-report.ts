import { style } from "../style.ts"
import { table } from "../table.ts"
import type { ImportReport } from "./openapi-rules.ts"

/** The report of an import, as people read it. */
export function describeReport({ title, openapi, basePath, operations, rules, notes }: ImportReport): string {
  const count = operations.public + operations.token + operations.refused
  const lines = [
    style.bold(`${title ?? "Untitled"} (OpenAPI ${openapi}), below ${basePath}`),
    `${count} operations in ${rules} rules: ${operations.token} with a token, ` +
      `${operations.public} public, ${operations.refused} refused.`,
  ]
  if (notes.length === 0) return [...lines, style.green("The policy says all that the document does.")].join("\n")
  const rows = notes.map((note) => [String(note.operations.length), note.text, examples(note.operations)])
  return [...lines, "", table(["Operations", "Not as in the document", "Such as"], rows)].join("\n")
}

const shown = 2

function examples(operations: readonly string[]): string {
  const more = operations.length - shown
  return [...operations.slice(0, shown), ...(more > 0 ? [style.dim(`and ${more} more`)] : [])].join("\n")
}
