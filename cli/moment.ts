import { CommandError } from "./command-error.ts"

const isoTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** The time that an option names (ISO 8601, with its zone), in milliseconds since the epoch. */
export function readTime(text: string, option: string): number {
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new CommandError(`${option}: must be a time such as 2026-10-01T12:00:00Z`)
  return time
}

/** A time of a token, in seconds, as people read it, and how far it is from `now`, in milliseconds. */
export function describeTime(seconds: number, now: number): string {
  const distance = seconds - now / 1000
  const [amount, unit] = inUnits(Math.abs(distance))
  const span = `${amount} ${unit}${amount === 1 ? "" : "s"}`
  const relative = amount === 0 ? "now" : distance < 0 ? `${span} ago` : `in ${span}`
  return `${new Date(seconds * 1000).toISOString().replace(".000Z", "Z")} (${relative})`
}

function inUnits(seconds: number): [number, string] {
  if (seconds < 120) return [Math.round(seconds), "second"]
  if (seconds < 7200) return [Math.round(seconds / 60), "minute"]
  if (seconds < 172_800) return [Math.round(seconds / 3600), "hour"]
  return [Math.round(seconds / 86_400), "day"]
}
