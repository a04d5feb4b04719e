/**
 * How many seconds longer a private cache may use an answer without asking again (RFC 9111 §4.2): `max-age` less `Age`, 0 where
 * it must ask each time, null where the answer doesn't say. `Expires` and heuristics are not looked at.
 */
export function freshnessSeconds({
  cacheControl,
  age,
}: {
  readonly cacheControl?: string | null | undefined
  readonly age?: string | null | undefined
}): number | null {
  if (!cacheControl) return null
  const directives = cacheControl.toLowerCase().split(",")
  let maximumAge: number | null = null
  for (const directive of directives) {
    const [name = "", value = ""] = directive.trim().split("=")
    if (name === "no-store" || name === "no-cache") return 0
    // Stated twice, the shorter one counts (RFC 9111 §4.2.1); what is no number is as good as 0.
    if (name === "max-age") maximumAge = Math.min(maximumAge ?? Number.POSITIVE_INFINITY, readSeconds(value))
  }
  return maximumAge === null ? null : Math.max(0, maximumAge - readSeconds(age ?? ""))
}

function readSeconds(text: string): number {
  const digits = /^\s*"?(\d{1,10})"?\s*$/.exec(text)?.[1]
  return digits === undefined ? 0 : Number(digits)
}
