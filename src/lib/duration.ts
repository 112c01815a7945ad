const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What `30m`, `12h` and `7d` are in milliseconds; undefined for anything else, and for nothing at all. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const duration = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  return duration > 0 ? duration : undefined
}

/** The same the other way, in the largest unit that leaves no rest: for people. */
export function durationText(ms: number): string {
  const unit = Object.entries(UNIT_MS)
    .toReversed()
    .find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0)
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms / 1000}s`
}
