import { EmbedlineError } from '../domain/errors.ts'
import type { ChunkSettings, Loader } from '../domain/document.ts'
import type { Db } from '../domain/tables.ts'
import type { Account, BucketSettings, BucketTask } from '../domain/task.ts'
import { enqueue } from '../queue/enqueue.ts'
import { insertBucketTask, newestActiveTask } from '../store/bucketTasks.ts'
import { getEmbedding, insertEmbedding } from '../store/embeddedBuckets.ts'
import { lockBucket } from './bucketTurn.ts'
import { rememberAnswer, type Idempotency } from './idempotency.ts'
import type { TaskParts } from './parts.ts'
import { refuseSpent, takeTask } from './quotas.ts'
import { expiryOf } from './retention.ts'
import { usableModel } from './usableModel.ts'

export interface BucketTaskOrder {
  bucket: string
  modelName: string
  chunks: ChunkSettings
  loader: Loader
  /** How long the task is kept; absent: as long as the operator has set. */
  retentionMs?: number
  idempotency?: Idempotency<BucketTask>
}

/**
 * Takes the embedding of a bucket: when this returns, the task is committed. While the newest task of the account and
 * bucket has not ended and has the same settings, it is returned instead of another one; a task with other settings
 * waits for those before it. Throws `not_found` for a bucket that is not there, `model_unknown`, `rate_limited` when a
 * quota of the account is spent, `disk_full` while no new work is taken, and what `rememberAnswer` throws.
 */
export async function createBucketTask(
  parts: TaskParts,
  account: Account,
  order: BucketTaskOrder,
): Promise<BucketTask> {
  const model = usableModel(parts, order.modelName)
  if (!(await parts.buckets.exists(account.name, order.bucket)))
    throw new EmbedlineError('not_found', `There is no bucket ${order.bucket}.`, { field: 'bucket' })
  await parts.disk.admit()
  // The order of these words is kept in the stored JSON, by which settings are compared.
  const settings: BucketSettings = {
    model: { id: model.id, revision: model.revision },
    chunks: {
      sizeCharacters: order.chunks.sizeCharacters,
      overlapCharacters: order.chunks.overlapCharacters,
    },
    loader: order.loader,
  }
  await refuseSpent(parts, account, ['tokensPerDay'])
  const task = await parts.store.write(async (db) => {
    await lockBucket(db, { accountId: account.id, bucket: order.bucket })
    const nowMs = parts.clock.nowMs()
    const active = await newestActiveTask(db, account.id, order.bucket)
    // A crawl does not look through the bucket.
    const isSame = !active?.crawl && JSON.stringify(active?.settings) === JSON.stringify(settings)
    const found = active && isSame ? active : await insert(parts, db, account, order, settings)
    await rememberAnswer(db, account.id, order.idempotency, found, nowMs)
    return found
  })
  parts.wake()
  return task
}

async function insert(
  parts: TaskParts,
  db: Db,
  account: Account,
  order: BucketTaskOrder,
  settings: BucketSettings,
): Promise<BucketTask> {
  const nowMs = parts.clock.nowMs()
  const { bucket, modelName } = order
  if (!(await getEmbedding(db, account.id, bucket)))
    await insertEmbedding(db, { accountId: account.id, bucket, settings, modelName, nowMs })
  await takeTask(db, account, nowMs)
  const task = await insertBucketTask(db, {
    id: parts.ids.uuidV7(),
    accountId: account.id,
    bucket,
    modelName,
    settings,
    keyId: account.keyId,
    nowMs,
    expiresMs: expiryOf(parts, order.retentionMs),
  })
  await enqueue(db, nowMs, [
    {
      accountId: account.id,
      kind: 'list',
      taskId: task.id,
      key: 'list',
      lane: 0,
      dueMs: nowMs,
      payload: {},
    },
  ])
  return task
}
