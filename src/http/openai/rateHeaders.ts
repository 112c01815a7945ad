import { remainingOf, type RateState } from '../../domain/rates.ts'
import { tightest } from '../admit.ts'

/** The headers that tell of the limit on requests; `reset` is how long until it is counted anew: `1h2m3s`. */
export function rateHeaders(states: readonly RateState[], nowMs: number): Record<string, string> {
  const requests = tightest(states, 'requests')
  if (!requests) return {}
  return {
    'x-ratelimit-limit-requests': String(requests.limit),
    'x-ratelimit-remaining-requests': String(remainingOf(requests)),
    'x-ratelimit-reset-requests': asDuration(Math.max(0, requests.endMs - nowMs)),
  }
}

function asDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const parts = [hours > 0 && `${hours}h`, (hours > 0 || minutes > 0) && `${minutes}m`, `${seconds % 60}s`]
  return parts.filter(Boolean).join('')
}
