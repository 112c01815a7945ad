import { EmbedlineError } from '../domain/errors.ts'
import {
  kindOf,
  LONGEST_WINDOW_MS,
  nameOfRate,
  RATE_NAMES,
  remainingOf,
  windowAt,
  type Rate,
  type RateKind,
  type RateLimits,
  type RateState,
} from '../domain/rates.ts'
import type { Opened } from '../lib/closing.ts'
import { addUsage, readUsage, removeUsage, type Used } from '../store/usage.ts'
import type { Payer, TaskParts, Usage } from './parts.ts'

export interface UsageParts extends Pick<TaskParts, 'store' | 'clock' | 'logger'> {
  /** Of all keys that have none of their own. */
  limits: RateLimits
}

/** Of one key and one rate, in the stretch of time that began at `startMs`. */
interface Counter {
  startMs: number
  used: number
  /** Of it, what the database does not know yet. */
  unsaved: number
}

const SAVE_EVERY_MS = 5_000

/** Of counters: some milliseconds in which nobody else writes. */
const SAVED_AT_ONCE = 200

/**
 * Counts what keys ask for in memory, and writes it down every five seconds and at the end: a crash forgets no more than
 * that, a restart nothing.
 */
export async function openUsage({ store, clock, logger, limits }: UsageParts): Promise<Usage & Opened> {
  const counters = new Map<string, Counter & Pick<Used, 'keyId' | 'rate'>>()
  const limitOf = (rate: Rate, by: Payer): number | undefined =>
    (rate === 'requestsPerMinute' ? by.requestsPerMinute : undefined) ?? limits[rate]
  for (const { keyId, rate, startMs, used } of await readUsage(store.read, clock.nowMs() - LONGEST_WINDOW_MS))
    if (startMs === windowAt(rate, clock.nowMs()).startMs)
      counters.set(`${keyId} ${rate}`, { keyId, rate, startMs, used, unsaved: 0 })

  function counterOf(keyId: string, rate: Rate): Counter {
    const { startMs } = windowAt(rate, clock.nowMs())
    const found = counters.get(`${keyId} ${rate}`)
    if (found?.startMs === startMs) return found
    const fresh = { keyId, rate, startMs, used: 0, unsaved: 0 }
    counters.set(`${keyId} ${rate}`, fresh)
    return fresh
  }

  const statesOf = (by: Payer, kind?: RateKind): RateState[] =>
    RATE_NAMES.flatMap((rate) => {
      const limit = limitOf(rate, by)
      if (by.keyId === undefined || limit === undefined) return []
      if (kind !== undefined && kindOf(rate) !== kind) return []
      const { used } = counterOf(by.keyId, rate)
      return [{ rate, limit, used, endMs: windowAt(rate, clock.nowMs()).endMs }]
    })

  function count(by: Payer, kind: RateKind, amount: number): void {
    if (by.keyId === undefined) return
    for (const rate of RATE_NAMES) {
      if (kindOf(rate) !== kind || limitOf(rate, by) === undefined) continue
      const counter = counterOf(by.keyId, rate)
      counter.used += amount
      counter.unsaved += amount
    }
  }

  function refuseSpent(states: readonly RateState[]): void {
    const spent = lastToTurn(states)
    if (spent) throw tooMuch(spent, clock.nowMs())
  }

  async function save(): Promise<void> {
    const nowMs = clock.nowMs()
    const all = [...counters.entries()]
    for (const [key, { rate, startMs }] of all)
      if (startMs !== windowAt(rate, nowMs).startMs) counters.delete(key)
    const changed = [...counters.values()].filter(({ unsaved }) => unsaved > 0)
    for (let from = 0; from < changed.length; from += SAVED_AT_ONCE) {
      const some = changed.slice(from, from + SAVED_AT_ONCE)
      const added = some.map((counter) => ({ ...counter, used: counter.unsaved }))
      await store.write((db) => addUsage(db, added))
      some.forEach((counter, index) => (counter.unsaved -= added[index]?.used ?? 0))
    }
    if (changed.length > 0) await store.write((db) => removeUsage(db, nowMs - LONGEST_WINDOW_MS))
  }

  const stopping = new AbortController()
  async function saveAgainAndAgain(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(SAVE_EVERY_MS, stopping.signal)
      try {
        await save()
      } catch (error) {
        logger.error('what keys have used could not be written down', { error })
      }
    }
  }
  const saving = saveAgainAndAgain()

  return {
    countRequest(by) {
      refuseSpent(statesOf(by, 'requests'))
      count(by, 'requests', 1)
    },
    checkMedia: (by) => refuseSpent(statesOf(by, 'mediaMinutes')),
    mediaAgainMs: (by) => lastToTurn(statesOf(by, 'mediaMinutes'))?.endMs,
    countMedia: (by, durationSec) => count(by, 'mediaMinutes', durationSec / 60),
    states: (by) => statesOf(by),
    async close() {
      stopping.abort()
      await saving
    },
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
