import { added, dayOf, NOTHING_USED, type DailyUse } from '../domain/quotas.ts'
import type { Consumer } from '../domain/task.ts'
import type { Opened } from '../lib/closing.ts'
import { makeGather } from '../lib/gather.ts'
import { addDailyUse } from '../store/dailyUsage.ts'
import type { Tally, TaskParts } from './parts.ts'

export interface TallyParts extends Pick<TaskParts, 'store' | 'clock' | 'logger'> {
  waitMs?: number
}

const WAIT_MS = 250
const MOST = 1000

interface Count {
  by: Consumer
  used: Partial<DailyUse>
  nowMs: number
}

/**
 * Counts what is used by requests that are answered at once. They have no transaction of their own, and one each would
 * cost more than what they do: they are written together, four times a second. A crash forgets no more than that.
 */
export function openTally({ store, clock, logger, waitMs = WAIT_MS }: TallyParts): Tally & Opened {
  const write = makeGather<Count, void>({
    most: MOST,
    waitMs,
    clock,
    async run(counts) {
      await store.write(async (db) => {
        for (const { by, used, nowMs } of summed(counts)) await addDailyUse(db, by, used, nowMs)
      })
      return counts.map(() => undefined)
    },
  })
  const unwritten = new Map<Count, Promise<void>>()
  return {
    count(by, used) {
      const count = { by, used, nowMs: clock.nowMs() }
      const written = write(count).catch((error: unknown) =>
        logger.error('what an account has used could not be written down', { error, ...by, ...used }),
      )
      unwritten.set(count, written)
      void written.finally(() => unwritten.delete(count))
    },
    unwritten: (accountId) =>
      [...unwritten.keys()]
        .filter(({ by }) => by.accountId === accountId)
        .reduce((sum, { used }) => added(sum, used), NOTHING_USED),
    async close() {
      await Promise.all(unwritten.values())
    },
  }
}

/** One count for each account, key and day. */
function summed(counts: readonly Count[]): Count[] {
  const sums = new Map<string, Count>()
  for (const { by, used, nowMs } of counts) {
    const key = `${by.accountId} ${by.keyId ?? ''} ${dayOf(nowMs)}`
    const before = sums.get(key)?.used ?? NOTHING_USED
    sums.set(key, { by, used: added(before, used), nowMs })
  }
  return [...sums.values()]
}
