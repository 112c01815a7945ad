import { EmbedlineError } from '../domain/errors.ts'
import { isFinal } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import { modelOf, type AnyTask, type BucketTask, type Task } from '../domain/task.ts'
import { scopeOf } from '../domain/pause.ts'
import { enqueue } from '../queue/enqueue.ts'
import { removeItemsNamed } from '../queue/removeItems.ts'
import { hasUnsuccessful } from '../queue/requeue.ts'
import { getAsset } from '../store/assets.ts'
import { hasLaterTask } from '../store/bucketTasks.ts'
import { getEmbedding } from '../store/embeddedBuckets.ts'
import { lockRow } from '../store/locks.ts'
import { addReferenceToStored } from '../store/objects.ts'
import { reopenTask } from '../store/taskProgress.ts'
import { getTaskWork, holdInput } from '../store/tasks.ts'
import { lockBucket } from './bucketTurn.ts'
import { getAnyTask } from './getAny.ts'
import type { TaskParts } from './parts.ts'
import { settleEnded } from './settleEnded.ts'

/**
 * Does again what failed or was cancelled of a task that has ended; what is done stays. The task is processing when this
 * returns, and ends as any other. One that is still worked on, or of which nothing failed, stays as it is. Returns the
 * task as it is then; undefined when the account has none of that id. Throws `input_missing` when what it would embed
 * is gone, `state_conflict` for a batch, and when a later task has the bucket, and what says that its model cannot be used.
 */
export async function retryTask(
  parts: TaskParts,
  accountId: string,
  id: string,
): Promise<AnyTask | undefined> {
  const task = await getAnyTask(parts, accountId, id)
  if (!task || !isFinal(task.state)) return task
  if (task.kind === 'batch')
    throw new EmbedlineError(
      'state_conflict',
      'The requests of a batch that failed stand in its error file: send them in another batch.',
    )
  await settleEnded(parts, id)
  if (!(await isRetryable(parts, task))) return task
  checkModel(parts, task)
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (task.kind === 'bucket') await lockBucket(db, task)
    else if (task.assetId !== undefined) await lockRow(db, 'asset', task.assetId)
    // Else somebody else has taken it up, or removed it, since.
    if (!(await reopenTask(db, id, { expiresMs: nowMs + parts.retentionMs, nowMs }))) return
    await (task.kind === 'media' ? holdInputAgain(db, task, nowMs) : checkBucket(db, task))
    await removeItemsNamed(db, id, ['finish', 'retry'])
    await enqueue(db, nowMs, [
      { accountId, kind: 'retry', taskId: id, key: 'retry', lane: 0, dueMs: nowMs, payload: {} },
    ])
  })
  parts.wake()
  return getAnyTask(parts, accountId, id)
}

const isRetryable = async ({ store }: TaskParts, task: AnyTask): Promise<boolean> =>
  (task.kind === 'bucket' && (task.crawl?.failedCount ?? 0) > 0) || hasUnsuccessful(store.read, task.id)

function checkModel({ models }: TaskParts, task: AnyTask): void {
  const pin = modelOf(task)
  models.facts(pin)
  const problem = models.problem(pin)
  if (problem) throw problem
}

/** An input that is an asset's was let go of at the end; the asset may be gone since, or only now have its bytes. */
async function holdInputAgain(db: Db, { id, accountId, assetId }: Task, nowMs: number): Promise<void> {
  const work = await getTaskWork(db, id)
  if (!work || assetId === undefined || work.holdsObject) return
  const asset = await getAsset(db, accountId, assetId)
  const hash = work.objectHash ?? asset?.objectHash
  if (hash !== undefined && (await addReferenceToStored(db, accountId, hash)))
    return holdInput(db, id, { objectHash: hash, nowMs })
  if (asset && hash === undefined) return
  throw new EmbedlineError(
    'input_missing',
    `The asset ${assetId} was deleted: there is nothing left to embed.`,
  )
}

/** Files of a bucket belong to the task that has listed them last. */
async function checkBucket(db: Db, task: BucketTask): Promise<void> {
  const { accountId, bucket } = task
  if (await hasLaterTask(db, task))
    throw new EmbedlineError(
      'state_conflict',
      `A later task has the bucket ${bucket}, and has embedded what was left: retry that one.`,
    )
  const embedding = await getEmbedding(db, accountId, bucket)
  if (embedding && embedding.settings.model.id === scopeOf(task).modelId) return
  throw new EmbedlineError(
    'state_conflict',
    `What was embedded of the bucket ${bucket} was deleted since: embed it anew.`,
  )
}
