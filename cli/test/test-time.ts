const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/**
 * A time as an expectation writes it, in milliseconds since the epoch: "2026-01-15T09:00:00Z", "5m ago" or "in 1h", of which the
 * latter two are relative to `now`. Null for what is none.
 */
export function readTime(text: string, now: number): number | null {
  const [, ahead, amount, unit, ago] = /^(in )?(\d{1,9})\s?([smhd])( ago)?$/.exec(text.trim()) ?? []
  if (unit !== undefined) {
    if ((ahead === undefined) === (ago === undefined)) return null
    const milliseconds = Number(amount) * unitSeconds[unit as keyof typeof unitSeconds] * 1000
    return ahead === undefined ? now - milliseconds : now + milliseconds
  }
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : time
}
