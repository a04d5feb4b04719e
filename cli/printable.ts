/** A text on one line, and without what a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}/gu, "\ufffd")
}

/** A value as JSON, on one line and cut to a length that can be read; "nothing" for undefined. */
export function printableValue(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? "nothing")
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
