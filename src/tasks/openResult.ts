import { EmbedlineError } from '../domain/errors.ts'
import type { EncodedChunk, StoredEmbedding } from '../domain/embedding.ts'
import type { ChunkReadingOptions, ReadingOptions } from '../domain/embedding.ts'
import type { ModelPin } from '../domain/model.ts'
import type { TaskState } from '../domain/states.ts'
import { getBucketTask } from '../store/bucketTasks.ts'
import { getEmbedding } from '../store/embeddedBuckets.ts'
import { getTask } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'

/** What a task has embedded so far, in pages of about a megabyte that are read when they are asked for. */
export type OpenResult = { id: string; state: TaskState; model: ModelPin } & (
  | { kind: 'media'; read: (options: ReadingOptions) => AsyncIterable<readonly StoredEmbedding[]> }
  | { kind: 'bucket'; read: (options: ChunkReadingOptions) => AsyncIterable<readonly EncodedChunk[]> }
)

/**
 * Opens what a task of the account has embedded, whatever its state: of one that runs, was cancelled or failed in part
 * what is finished. Of a bucket that is what is searched of it now, whichever task embedded it. Throws `not_found`.
 */
export async function openResult(
  { store, results }: Pick<TaskParts, 'store' | 'results'>,
  accountId: string,
  id: string,
): Promise<OpenResult> {
  const task = await getTask(store.read, accountId, id)
  if (task) {
    const { state, model } = task
    return { kind: 'media', id, state, model, read: (options) => results.embeddings(id, options) }
  }
  const ofBucket = await getBucketTask(store.read, accountId, id)
  if (!ofBucket) throw new EmbedlineError('not_found', `There is no task ${id}.`)
  const embedding = await getEmbedding(store.read, accountId, ofBucket.bucket)
  const { state, settings } = ofBucket
  const read = (options: ChunkReadingOptions) =>
    embedding ? results.chunks(embedding.id, options) : nothing()
  return { kind: 'bucket', id, state, model: settings.model, read }
}

async function* nothing(): AsyncGenerator<never> {}
