/** Longer than this nobody is believed that a server will be away. */
const LONGEST_MS = 10 * 60_000

/**
 * How long a server asks to be left alone, in milliseconds, at most ten minutes: the header holds seconds or a date
 * (RFC 9110, 10.2.3). Undefined when it says nothing that can be read.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  const waitMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(Math.ceil(waitMs), 0), LONGEST_MS)
}
