/** A claim's value as it is shown: a text as it is, anything else as JSON; lists with spaces, where a line can end. */
export function written(value: unknown): string {
  if (typeof value === "string") return value
  return Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : `${JSON.stringify(value)}`
}
