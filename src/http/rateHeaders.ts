import { remainingOf, type RateState } from '../domain/rates.ts'
import { tightest } from './admit.ts'

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
