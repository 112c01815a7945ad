// How much one key may ask for in a stretch of time. The stretches follow each other from midnight UTC on.
const RATES = {
  requestsPerMinute: { kind: 'requests', windowMs: 60_000, name: 'requests per minute' },
  requestsPerDay: { kind: 'requests', windowMs: 86_400_000, name: 'requests per day' },
  mediaMinutesPerHour: { kind: 'mediaMinutes', windowMs: 3_600_000, name: 'minutes of media per hour' },
  mediaMinutesPerDay: { kind: 'mediaMinutes', windowMs: 86_400_000, name: 'minutes of media per day' },
} as const

export type Rate = keyof typeof RATES

/** What is counted: requests, or minutes of video and sound that are embedded. */
export type RateKind = 'requests' | 'mediaMinutes'

/** Those that are absent are not limited. */
export type RateLimits = Readonly<Partial<Record<Rate, number>>>

export const RATE_NAMES = Object.keys(RATES) as readonly Rate[]

/** The longest stretch that is counted. */
export const LONGEST_WINDOW_MS = 86_400_000

export const isRate = (word: string): word is Rate => Object.hasOwn(RATES, word)

export const kindOf = (rate: Rate): RateKind => RATES[rate].kind

/** For people: `requests per minute`. */
export const nameOfRate = (rate: Rate): string => RATES[rate].name

/** When the stretch in which a moment lies began, and when it ends. */
export function windowAt(rate: Rate, nowMs: number): { startMs: number; endMs: number } {
  const { windowMs } = RATES[rate]
  const startMs = nowMs - (nowMs % windowMs)
  return { startMs, endMs: startMs + windowMs }
}

/** How far a key is with one of its limits. */
export interface RateState {
  rate: Rate
  limit: number
  /** May exceed the limit: how long a video lasts is known late. */
  used: number
  /** When it is counted from 0 again. */
  endMs: number
}

/** Never less than 0. */
export const remainingOf = ({ limit, used }: RateState): number => Math.max(0, limit - used)
