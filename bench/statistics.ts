import type { Spread } from "./section.ts"

/** The value below which a fraction of the sample lies, between its neighbours where it falls between two. NaN of nothing. */
export function quantile(sample: readonly number[], fraction: number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  const place = (sorted.length - 1) * fraction
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return below + (above - below) * (place - Math.floor(place))
}

/** The median and the quartiles. */
export function spreadOf(sample: readonly number[]): Spread {
  return { median: quantile(sample, 0.5), low: quantile(sample, 0.25), high: quantile(sample, 0.75) }
}

/**
 * The spread of a ÷ b, round by round. Both were measured side by side in each round, so what slowed the machine down for a while
 * slowed both, and is gone from the ratio.
 */
export function ratioOf(a: readonly number[], b: readonly number[]): Spread {
  return spreadOf(a.map((value, round) => value / (b[round] ?? Number.NaN)))
}

/** The spread of a − b, round by round. */
export function differenceOf(a: readonly number[], b: readonly number[]): Spread {
  return spreadOf(a.map((value, round) => value - (b[round] ?? Number.NaN)))
}

/** A number with three significant digits, or with none after the point where that is more. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–"
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** "1.31 (1.28–1.36)": the median and the quartiles. */
export function spreadText({ median, low, high }: Spread): string {
  return `${digits(median)} (${digits(low)}–${digits(high)})`
}
