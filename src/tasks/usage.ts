import { isPostgres } from '../domain/engine.ts'
import { EmbedlineError } from '../domain/errors.ts'
import {
  kindOf,
  nameOfRate,
  RATE_NAMES,
  remainingOf,
  windowAt,
  type RateKind,
  type RateLimits,
  type RateState,
} from '../domain/rates.ts'
import type { Opened } from '../lib/closing.ts'
import type { Payer, TaskParts, Usage } from './parts.ts'
import { openOwnCounters } from './usage/ownCounters.ts'
import { sharedCounters } from './usage/sharedCounters.ts'

export interface UsageParts extends Pick<TaskParts, 'store' | 'clock' | 'logger'> {
  /** Of all keys that have none of their own. */
  limits: RateLimits
}

/** A limit of a key, in the stretch of time that lasts now. */
interface Limited {
  keyId: string
  rate: RateState['rate']
  startMs: number
  endMs: number
  limit: number
}

/**
 * Counts what keys ask for. A server that is alone with its database counts in memory and writes it down now and then;
 * those that may share one count in the database, so that a key gets no more from all of them together.
 */
export async function openUsage({ store, clock, logger, limits }: UsageParts): Promise<Usage & Opened> {
  const counters = isPostgres(store.read)
    ? sharedCounters({ store })
    : await openOwnCounters({ store, clock, logger })

  const limitsOf = (by: Payer, kind?: RateKind): Limited[] =>
    RATE_NAMES.flatMap((rate) => {
      const own = rate === 'requestsPerMinute' ? by.requestsPerMinute : undefined
      const limit = own ?? limits[rate]
      if (by.keyId === undefined || limit === undefined) return []
      if (kind !== undefined && kindOf(rate) !== kind) return []
      return [{ keyId: by.keyId, rate, limit, ...windowAt(rate, clock.nowMs()) }]
    })

  async function statesOf(by: Payer, kind?: RateKind): Promise<RateState[]> {
    const limited = limitsOf(by, kind)
    const used = await counters.used(limited)
    return limited.map(({ rate, limit, endMs }, index) => ({ rate, limit, used: used[index] ?? 0, endMs }))
  }

  function refuseSpent(states: readonly RateState[]): void {
    const spent = lastToTurn(states)
    if (spent) throw tooMuch(spent, clock.nowMs())
  }

  return {
    async countRequest(by) {
      for (;;) {
        const limited = limitsOf(by, 'requests')
        if (await counters.add(limited.map((each) => ({ ...each, amount: 1 })))) return
        // Unless the stretch is over by now: then there are new ones.
        refuseSpent(await statesOf(by, 'requests'))
      }
    },
    checkMedia: async (by) => refuseSpent(await statesOf(by, 'mediaMinutes')),
    mediaAgainMs: async (by) => lastToTurn(await statesOf(by, 'mediaMinutes'))?.endMs,
    async countMedia(by, durationSec) {
      const amount = durationSec / 60
      await counters.add(
        limitsOf(by, 'mediaMinutes').map(({ keyId, rate, startMs }) => ({ keyId, rate, startMs, amount })),
      )
    },
    states: (by) => statesOf(by),
    close: () => counters.close(),
  }
}

/** Of the limits that are spent, the one that is spent for the longest time. */
const lastToTurn = (states: readonly RateState[]): RateState | undefined =>
  states.filter((state) => remainingOf(state) <= 0).toSorted((one, other) => other.endMs - one.endMs)[0]

const tooMuch = ({ rate, limit, endMs }: RateState, nowMs: number): EmbedlineError =>
  new EmbedlineError(
    'rate_limited',
    `The limit of ${limit} ${nameOfRate(rate)} is spent. Try again after ${new Date(endMs).toISOString()}.`,
    { retryAfterMs: endMs - nowMs, limit },
  )
