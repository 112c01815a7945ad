import type { Opened } from '../lib/closing.ts'
import { stopOverdueBatches } from './batches/stopBatch.ts'
import { removeHiddenEmbeddings } from './deleteBucket.ts'
import { expireTasks } from './expire.ts'
import { expireFiles } from './files/files.ts'
import { forgetAnswers } from './idempotency.ts'
import type { TaskParts } from './parts.ts'
import { settlePauses } from './pause.ts'
import { repairTasks } from './repair.ts'
import { settleAllEnded } from './settleEnded.ts'
import { removeStaleChunks } from './staleChunks.ts'
import { removeOrphanedBytes } from './storedBytes.ts'
import { sweepLeases } from './sweep.ts'
import { forgetUnfinishedFetches } from './unfinishedFetches.ts'
import { expireUploads } from './uploads/expireUploads.ts'

const SWEEP_EVERY_MS = 5_000
const CLEAN_EVERY_MS = 60_000

/** Starts the work that nobody asks for: ended leases, what has expired, what a crash left. `close` waits for what runs. */
export function startJanitor(parts: TaskParts): Opened {
  const stopping = new AbortController()
  const loops = [
    repeat(parts, stopping.signal, SWEEP_EVERY_MS, () => sweepLeases(parts)),
    repeat(parts, stopping.signal, CLEAN_EVERY_MS, async () => {
      // Until none is left: a fixed number a minute would fall behind whoever creates more.
      while (!stopping.signal.aborted && (await expireTasks(parts)) > 0);
      await repairTasks(parts)
      await settleAllEnded(parts)
      await settlePauses(parts)
      await removeHiddenEmbeddings(parts)
      await forgetAnswers(parts)
      await forgetUnfinishedFetches(parts)
      await expireUploads(parts)
      await stopOverdueBatches(parts)
      await expireFiles(parts)
    }),
    attempt(parts, () => removeOrphanedBytes(parts)),
    attempt(parts, () => removeStaleChunks(parts)),
  ]
  return {
    async close() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

async function repeat(
  parts: TaskParts,
  signal: AbortSignal,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await attempt(parts, work)
    await parts.clock.sleep(everyMs, signal)
  }
}

async function attempt(parts: TaskParts, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    parts.logger.error('the janitor could not do its work', { error })
  }
}
