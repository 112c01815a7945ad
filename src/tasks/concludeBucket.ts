import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { firstFailure } from '../queue/firstFailure.ts'
import { settle } from '../queue/settle.ts'
import { hasChunks } from '../store/bucketFiles.ts'
import { getBucketWork, type BucketWork } from '../store/bucketTasks.ts'
import { getEmbedding } from '../store/embeddedBuckets.ts'
import { crawlOutcome } from './crawl/crawlOutcome.ts'
import { endBucketTask, type Outcome } from './endBucket.ts'
import { leaseLost } from './leaseLost.ts'
import type { TaskParts } from './parts.ts'

/** Ends a task of a bucket whose files are all embedded or failed. */
export async function concludeBucket(parts: TaskParts, item: ClaimedItem): Promise<void> {
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    const task = await getBucketWork(db, item.taskId ?? '')
    if (!task) throw new EmbedlineError('not_found', 'The task is gone.')
    await endBucketTask(db, task.id, await outcome(db, task), nowMs)
  })
  parts.wake()
}

/** Ready when nothing failed, also for a bucket without files; failed when all failed and nothing at all is embedded. */
async function outcome(db: Db, task: BucketWork): Promise<Outcome> {
  const { id, accountId, bucket, doneCount, failedCount } = task
  const crawl = await crawlOutcome(db, id)
  if (crawl?.state === 'failed') return crawl
  if (failedCount === 0) return crawl ?? { state: 'ready' }
  const failure = await firstFailure(db, id)
  const embedding = await getEmbedding(db, accountId, bucket)
  const isSearched = doneCount > 0 || (embedding !== undefined && (await hasChunks(db, embedding.id)))
  return { state: isSearched ? 'partial' : 'failed', ...(failure && { failure }) }
}
