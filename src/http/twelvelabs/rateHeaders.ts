import { remainingOf, type RateState } from '../../domain/rates.ts'
import { tightest } from '../admit.ts'

/**
 * The headers that tell of limits: the older ones, which know one limit, and the newer ones by dimension, in which
 * durations are seconds of media. `Reset` is the UTC time in seconds.
 */
export function rateHeaders(states: readonly RateState[]): Record<string, string> {
  const requests = tightest(states, 'requests')
  const media = tightest(states, 'mediaMinutes')
  const only = requests ?? media
  if (!only) return {}
  const dimensions = [...(media ? ['Duration'] : []), ...(requests ? ['Request'] : [])]
  return {
    ...headersOf('', only, only === media ? 60 : 1),
    'x-ratelimit-dimensions': dimensions.join(','),
    ...(media && headersOf('duration-', media, 60)),
    ...(requests && headersOf('request-', requests, 1)),
  }
}

const headersOf = (dimension: string, state: RateState, factor: number): Record<string, string> => ({
  [`x-ratelimit-${dimension}limit`]: String(state.limit * factor),
  [`x-ratelimit-${dimension}remaining`]: String(Math.floor(remainingOf(state) * factor)),
  [`x-ratelimit-${dimension}used`]: String(Math.ceil(state.used * factor)),
  [`x-ratelimit-${dimension}reset`]: String(Math.ceil(state.endMs / 1000)),
})
