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
import type { TaskParts, Usage } from './parts.ts'

export interface UsageParts extends Pick<TaskParts, 'store' | 'clock' | 'logger'> {
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
  const counters = new Map<string, Counter & Pick<Used, 'keyHash' | 'rate'>>()
  const rates = RATE_NAMES.filter((rate) => limits[rate] !== undefined)
  for (const { keyHash, rate, startMs, used } of await readUsage(
    store.read,
    clock.nowMs() - LONGEST_WINDOW_MS,
  ))
    if (startMs === windowAt(rate, clock.nowMs()).startMs)
      counters.set(`${keyHash} ${rate}`, { keyHash, rate, startMs, used, unsaved: 0 })

  function counterOf(keyHash: string, rate: Rate): Counter {
    const { startMs } = windowAt(rate, clock.nowMs())
    const found = counters.get(`${keyHash} ${rate}`)
    if (found?.startMs === startMs) return found
    const fresh = { keyHash, rate, startMs, used: 0, unsaved: 0 }
    counters.set(`${keyHash} ${rate}`, fresh)
    return fresh
  }

  const statesOf = ({ keyHash }: { keyHash?: string }, kind?: RateKind): RateState[] =>
    keyHash === undefined
      ? []
      : rates
          .filter((rate) => kind === undefined || kindOf(rate) === kind)
          .map((rate) => ({
            rate,
            limit: limits[rate] ?? 0,
            used: counterOf(keyHash, rate).used,
            endMs: windowAt(rate, clock.nowMs()).endMs,
          }))

  function count({ keyHash }: { keyHash?: string }, kind: RateKind, amount: number): void {
    if (keyHash === undefined) return
    for (const rate of rates.filter((each) => kindOf(each) === kind)) {
      const counter = counterOf(keyHash, rate)
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
