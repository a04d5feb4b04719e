/** A block of code of a page, and the heading above it. */
export interface Block {
  readonly heading: string
  readonly language: string
  readonly text: string
}

/** All blocks of code of a page that say their language, in order. */
export function blocksOf(markdown: string): Block[] {
  let heading = ""
  return [...markdown.matchAll(/^#+ (?<heading>[^\n]+)$|^```(?<language>\w+)\n(?<text>.*?)^```$/gms)].flatMap(
    ({ groups }) => {
      if (groups?.heading !== undefined) {
        heading = groups.heading
        return []
      }
      return [{ heading, language: groups?.language ?? "", text: groups?.text ?? "" }]
    },
  )
}

/** The cells of each row of the table whose head begins with a cell, without the head; none where there is no such table. */
export function tableRows(markdown: string, firstCell: string): string[][] {
  const lines = markdown.split("\n")
  const head = lines.findIndex((line) => line.startsWith(`| ${firstCell} |`))
  if (head === -1) return []
  const rows = lines.slice(head + 2)
  const end = rows.findIndex((line) => !line.startsWith("|"))
  return (end === -1 ? rows : rows.slice(0, end)).map((line) =>
    line
      .slice(1, line.lastIndexOf("|"))
      .split("|")
      .map((cell) => cell.trim()),
  )
}
