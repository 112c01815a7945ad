import { EmbedlineError } from '../domain/errors.ts'
import { added, dayOf, NOTHING_USED, type DailyUse } from '../domain/quotas.ts'
import type { Consumer } from '../domain/task.ts'
import type { Opened } from '../lib/closing.ts'
import { addDailyUse } from '../store/dailyUsage.ts'
import type { Tally, TaskParts } from './parts.ts'
import { logFailure } from './repeating.ts'

export interface TallyParts extends Pick<TaskParts, 'store' | 'clock' | 'logger'> {
  waitMs?: number
}

const WAIT_MS = 250

/** A database that is away is asked again after so long. */
const AGAIN_AFTER_MS = 2_000

interface Count {
  by: Consumer
  used: Partial<DailyUse>
  nowMs: number
}

/**
 * Counts what is used by requests that are answered at once. They have no transaction of their own, and one each would
 * cost more than what they do: they are written together, four times a second. A crash forgets no more than that. While
 * the database is away they are kept for later; what cannot be written down at the end is told in the log. A database that
 * goes away just when it has written may be told the same once more.
 */
export function openTally({ store, clock, logger, waitMs = WAIT_MS }: TallyParts): Tally & Opened {
  /** In the order in which they came. */
  const unwritten: Count[] = []
  const closing = new AbortController()
  let writing: Promise<void> | undefined

  const write = (counts: readonly Count[]): Promise<void> =>
    store.write(async (db) => {
      for (const { by, used, nowMs } of counts) await addDailyUse(db, by, used, nowMs)
    })

  const tellLost = (error: unknown, { by, used }: Count): void =>
    logger.error('what an account has used could not be written down', { error, ...by, ...used })

  /** One that cannot be written keeps no other one back. Throws what may go right later. */
  async function writeAll(counts: readonly Count[]): Promise<void> {
    try {
      await write(counts)
    } catch (error) {
      if (error instanceof EmbedlineError && error.retryable) throw error
      const [first] = counts
      if (counts.length > 1) for (const each of counts) await writeAll([each])
      else if (first) tellLost(error, first)
    }
  }

  async function writeDown(): Promise<void> {
    for (let pauseMs = waitMs; unwritten.length > 0;) {
      if (pauseMs > 0) await clock.sleep(pauseMs, closing.signal)
      const taken = unwritten.length
      const sums = summed(unwritten)
      try {
        await writeAll(sums)
        unwritten.splice(0, taken)
        pauseMs = waitMs
      } catch (error) {
        if (closing.signal.aborted) {
          for (const lost of summed(unwritten.splice(0))) tellLost(error, lost)
          break
        }
        logFailure(logger, 'what accounts have used is kept, to be written down later', error)
        unwritten.splice(0, taken, ...sums)
        pauseMs = AGAIN_AFTER_MS
      }
    }
    writing = undefined
  }

  return {
    count(by, used) {
      unwritten.push({ by, used, nowMs: clock.nowMs() })
      writing ??= writeDown()
    },
    unwritten: (accountId) =>
      unwritten
        .filter(({ by }) => by.accountId === accountId)
        .reduce((sum, { used }) => added(sum, used), NOTHING_USED),
    async close() {
      closing.abort()
      await writing
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
