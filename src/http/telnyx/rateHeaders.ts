import { remainingOf, type RateState } from '../../domain/rates.ts'
import { tightest } from '../admit.ts'

/** The headers that tell of the limit on requests; `reset` is the seconds until it is counted anew. */
export function rateHeaders(states: readonly RateState[], nowMs: number): Record<string, string> {
  const requests = tightest(states, 'requests')
  if (!requests) return {}
  return {
    'x-ratelimit-limit': String(requests.limit),
    'x-ratelimit-remaining': String(remainingOf(requests)),
    'x-ratelimit-reset': String(Math.ceil((requests.endMs - nowMs) / 1000)),
  }
}

/** The official clients wait as long as `Retry-After` says, however long that is: nobody waits for hours. */
const LONGEST_WAIT_MS = 60_000

/** Tells clients not to wait for what takes too long. */
export const retryHeaders = (retryAfterMs: number | undefined): Record<string, string> =>
  retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS ? { 'x-should-retry': 'false' } : {}
