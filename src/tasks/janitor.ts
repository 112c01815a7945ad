import type { Opened } from '../lib/closing.ts'
import { stopOverdueBatches } from './batches/stopBatch.ts'
import { removeHiddenEmbeddings } from './deleteBucket.ts'
import { expireTasks } from './expire.ts'
import { expireFiles } from './files/files.ts'
import { forgetOldUse } from './forgetOldUse.ts'
import { forgetAnswers } from './idempotency.ts'
import { expireAssets } from './expireAssets.ts'
import { keepVectorIndexes } from './keepVectorIndexes.ts'
import type { TaskParts } from './parts.ts'
import { settlePauses } from './pause.ts'
import { repairTasks } from './repair.ts'
import { settleAllEnded } from './settleEnded.ts'
import { logFailure, startRepeating } from './repeating.ts'
import { removeStaleChunks } from './staleChunks.ts'
import { removeOrphanedBytes } from './storedBytes.ts'
import { forgetUnfinishedFetches } from './unfinishedFetches.ts'
import { expireUploads, forgetUnwantedUploads } from './uploads/expireUploads.ts'

const CLEAN_EVERY_MS = 60_000
const STORAGE_EVERY_MS = 24 * 3_600_000

/** Starts the work that nobody asks for: what has expired, what a crash left. `close` waits for what runs. */
export function startJanitor(parts: TaskParts): Opened {
  const loops = [
    startRepeating(parts, each(CLEAN_EVERY_MS), (signal) => clean(parts, signal)),
    startRepeating(parts, each(CLEAN_EVERY_MS), keepingIndexes(parts)),
    startRepeating(parts, each(STORAGE_EVERY_MS), () => parts.objects.removeAbandoned()),
  ]
  const afterStart = parts.store
    .ifFree('janitor at the start', () => afterCrashes(parts))
    .catch((error: unknown) => logFailure(parts.logger, FAILED, error))
  return {
    async close() {
      await Promise.all([...loops.map((loop) => loop.close()), afterStart])
    },
  }
}

const FAILED = 'the janitor could not do its work'
const each = (everyMs: number) => ({ everyMs, failed: FAILED })

/** The same for what lies on this machine, which nobody else could remove. */
export const startOwnCleaning = (parts: TaskParts): Opened =>
  startRepeating(parts, each(CLEAN_EVERY_MS), () => cleanOwn(parts))

/** Removes everything that `surveyJanitor` would name, at once; from the machines of other servers nothing. */
export async function cleanNow(parts: TaskParts, signal: AbortSignal): Promise<void> {
  await parts.store.exclusively(CLEANING, () => cleanShared(parts, signal))
  await cleanOwn(parts)
  await parts.objects.removeAbandoned()
  await afterCrashes(parts)
}

const CLEANING = 'janitor'

/** Of several servers one at a time does what is to be done once; another one goes on when that one dies. */
async function clean(parts: TaskParts, signal: AbortSignal): Promise<void> {
  await parts.store.ifFree(CLEANING, () => cleanShared(parts, signal))
  await cleanOwn(parts)
}

async function afterCrashes(parts: TaskParts): Promise<void> {
  await removeOrphanedBytes(parts)
  await removeStaleChunks(parts)
}

/** What lies on this machine, of which other servers do not know. */
async function cleanOwn(parts: TaskParts): Promise<void> {
  await forgetUnfinishedFetches(parts)
  await forgetUnwantedUploads(parts)
}

async function cleanShared(parts: TaskParts, signal: AbortSignal): Promise<void> {
  // Until none is left: a fixed number a minute would fall behind whoever creates more.
  while (!signal.aborted && (await expireTasks(parts)) > 0);
  while (!signal.aborted && (await expireAssets(parts)) > 0);
  await repairTasks(parts)
  await settleAllEnded(parts)
  await settlePauses(parts)
  await removeHiddenEmbeddings(parts)
  await forgetAnswers(parts)
  await forgetOldUse(parts)
  await expireUploads(parts)
  await stopOverdueBatches(parts)
  await expireFiles(parts)
}

/** By itself, because making an index takes minutes. */
function keepingIndexes(parts: TaskParts): (signal: AbortSignal) => Promise<void> {
  const { vectorIndexes } = parts
  let seen: Awaited<ReturnType<typeof keepVectorIndexes>> = new Map()
  return async (signal) => {
    if (vectorIndexes) seen = await keepVectorIndexes({ ...parts, vectorIndexes }, seen, signal)
  }
}
