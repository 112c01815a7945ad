import type { Reading } from '../domain/metrics.ts'
import type { Clock } from '../lib/clock.ts'
import type { Counts } from '../store/counts.ts'

/** What was counted is told again for so long. */
const LEAST_AGE_MS = 5_000

/** Counting a large database takes long: it is done for this part of the time at most. */
const SHARE = 0.05

export interface ReadingsParts {
  results: { counts(nowMs: number): Promise<Counts> }
  clock: Pick<Clock, 'nowMs'>
}

/** Reads how many tasks and items there are. Those who ask at once, or shortly after, get what was counted once. */
export function makeTaskReadings({ results, clock }: ReadingsParts): () => Promise<Reading[]> {
  let reading: Promise<Reading[]> | undefined
  let againMs = 0

  async function count(): Promise<Reading[]> {
    const nowMs = clock.nowMs()
    try {
      const { tasks, items, due } = await results.counts(nowMs)
      againMs = clock.nowMs() + Math.max(LEAST_AGE_MS, (clock.nowMs() - nowMs) / SHARE)
      return [
        ...tasks.map(({ kind, state, count: value }): Reading => ({
          name: 'embedline_tasks',
          labels: { kind, state },
          value,
        })),
        ...items.map(({ kind, state, count: value }): Reading => ({
          name: 'embedline_items',
          labels: { kind, state },
          value,
        })),
        ...due.flatMap(({ kind, count: value, oldestDueMs }): Reading[] => [
          { name: 'embedline_queue_due_items', labels: { kind }, value },
          {
            name: 'embedline_queue_oldest_due_age_seconds',
            labels: { kind },
            value: Math.max(0, nowMs - oldestDueMs) / 1000,
          },
        ]),
      ]
    } catch {
      // The database cannot be read: the other metrics say more than an error would.
      reading = undefined
      return []
    }
  }

  return () => {
    if (reading && clock.nowMs() < againMs) return reading
    // Who asks while it is counted waits for that.
    againMs = Infinity
    reading = count()
    return reading
  }
}
