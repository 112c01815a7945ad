import { LONGEST_WINDOW_MS, windowAt } from '../../domain/rates.ts'
import { addUsage, readUsage, removeUsage, type Used } from '../../store/usage.ts'
import type { TaskParts } from '../parts.ts'
import { logFailure } from '../repeating.ts'
import type { CounterName, Counters } from './counters.ts'

interface Counter extends Used {
  /** Of it, what the database does not know yet. */
  unsaved: number
}

const SAVE_EVERY_MS = 5_000

/** Of counters: some milliseconds in which nobody else writes. */
const SAVED_AT_ONCE = 200

/**
 * Counts in memory, for a server that is alone with its database, and writes it down every five seconds and at the end: a
 * crash forgets no more than that, a restart nothing.
 */
export async function openOwnCounters({
  store,
  clock,
  logger,
}: Pick<TaskParts, 'store' | 'clock' | 'logger'>): Promise<Counters> {
  const counters = new Map<string, Counter>()
  for (const { keyId, rate, startMs, used } of await readUsage(store.read, clock.nowMs() - LONGEST_WINDOW_MS))
    if (startMs === windowAt(rate, clock.nowMs()).startMs)
      counters.set(`${keyId} ${rate}`, { keyId, rate, startMs, used, unsaved: 0 })

  function counterOf({ keyId, rate, startMs }: CounterName): Counter {
    const found = counters.get(`${keyId} ${rate}`)
    if (found?.startMs === startMs) return found
    const fresh = { keyId, rate, startMs, used: 0, unsaved: 0 }
    counters.set(`${keyId} ${rate}`, fresh)
    return fresh
  }

  async function save(): Promise<void> {
    const nowMs = clock.nowMs()
    for (const [key, { rate, startMs }] of counters)
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
        logFailure(logger, 'what keys have used could not be written down', error)
      }
    }
  }
  const saving = saveAgainAndAgain()

  return {
    used: async (names) => names.map((name) => counterOf(name).used),
    async add(additions) {
      const found = additions.map((addition) => ({ ...addition, counter: counterOf(addition) }))
      if (found.some(({ counter, limit }) => limit !== undefined && counter.used >= limit)) return false
      for (const { counter, amount } of found) {
        counter.used += amount
        counter.unsaved += amount
      }
      return true
    },
    async close() {
      stopping.abort()
      await saving
    },
  }
}
