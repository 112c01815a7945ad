import { EmbedlineError } from '../domain/errors.ts'
import type { Account, AnyTask, BucketTask, Task } from '../domain/task.ts'
import { getAsset } from '../store/assets.ts'
import { getTaskWork } from '../store/tasks.ts'
import { createMediaTask, type TaskSource } from './create.ts'
import { createBucketTask } from './createBucket.ts'
import { createCrawl } from './createCrawl.ts'
import { getAnyTask } from './getAny.ts'
import type { Idempotency } from './idempotency.ts'
import type { TaskParts } from './parts.ts'

export interface RerunOrder {
  /** Absent: the name that the task was created with, which may mean another model by now. */
  modelName?: string
  idempotency?: Idempotency<AnyTask>
}

/**
 * Makes a new task of what another one embeds and how, with the model that is named; the old one stays as it is.
 * Undefined when the account has no such task. Throws `input_missing` when its input is gone, and what creating such a
 * task throws; for a crawl with another model than its bucket has `request_invalid`; for a batch `state_conflict`.
 */
export async function rerunTask(
  parts: TaskParts,
  account: Account,
  id: string,
  order: RerunOrder = {},
): Promise<AnyTask | undefined> {
  const task = await getAnyTask(parts, account.id, id)
  if (!task) return undefined
  const { modelName = task.modelName, idempotency } = order
  const again = { modelName, ...(idempotency && { idempotency }) }
  if (task.kind === 'batch')
    throw new EmbedlineError('state_conflict', 'The lines of a batch name their model: make another batch.')
  if (task.kind === 'bucket') return rerunBucket(parts, account, task, again)
  const source = await sourceOf(parts, task)
  // What is done again with the same model is done, and not copied.
  const mayReuse = isSameModel(parts, task, modelName) ? { mayReuse: false } : {}
  return createMediaTask(parts, account, {
    ...again,
    ...mayReuse,
    request: task.request,
    source,
    rerunOf: id,
  })
}

function isSameModel({ models }: TaskParts, { model }: Task, modelName: string): boolean {
  const named = models.resolve(modelName)
  return named?.id === model.id && named.revision === model.revision
}

async function sourceOf({ store }: TaskParts, task: Task): Promise<TaskSource> {
  const { assetId } = task
  if (assetId !== undefined) {
    if (await getAsset(store.read, task.accountId, assetId)) return { assetId }
    throw new EmbedlineError(
      'input_missing',
      `The asset ${assetId} was deleted: there is nothing left to embed.`,
    )
  }
  const storedHash = (await getTaskWork(store.read, task.id))?.objectHash
  const { filename, sourceUrl: url } = task
  if (storedHash !== undefined) return { storedHash, ...(filename !== undefined && { filename }) }
  if (url !== undefined) return { url }
  throw new EmbedlineError('input_missing', 'The input of the task is not stored any more.')
}

async function rerunBucket(
  parts: TaskParts,
  account: Account,
  { bucket, settings, crawl }: BucketTask,
  again: RerunOrder & { modelName: string },
): Promise<BucketTask> {
  const { chunks, loader } = settings
  if (!crawl) return createBucketTask(parts, account, { ...again, bucket, chunks, loader })
  if (parts.models.resolve(again.modelName)?.id !== settings.model.id)
    throw new EmbedlineError(
      'request_invalid',
      `A crawl embeds with the model of its bucket, ${settings.model.id}: embed the bucket ${bucket} with another one.`,
      { field: 'modelName' },
    )
  return createCrawl(parts, account, { ...again, bucket, url: crawl.startUrl, chunks })
}
