import { EmbedlineError } from '../domain/errors.ts'
import type {
  ChunkReadingOptions,
  EncodedChunk,
  ReadingOptions,
  StoredEmbedding,
} from '../domain/embedding.ts'
import type { ModelPin } from '../domain/model.ts'
import type { TaskState } from '../domain/states.ts'
import { getAnyTask } from '../store/anyTasks.ts'
import { getEmbedding } from '../store/embeddedBuckets.ts'
import type { TaskParts } from './parts.ts'

/** What a task has embedded so far, in pages of about a megabyte that are read when they are asked for. */
export type OpenResult = { id: string; state: TaskState; model: ModelPin } & (
  | { kind: 'media'; read: (options: ReadingOptions) => AsyncIterable<readonly StoredEmbedding[]> }
  | { kind: 'bucket'; read: (options: ChunkReadingOptions) => AsyncIterable<readonly EncodedChunk[]> }
)

/**
 * Opens what a task of the account has embedded, whatever its state: of one that runs, was cancelled or failed in part
 * what is finished. Of a bucket that is what is searched of it now, whichever task embedded it. Throws `not_found`, and for a batch
 * `state_conflict`.
 */
export async function openResult(
  { store, results }: Pick<TaskParts, 'store' | 'results'>,
  accountId: string,
  id: string,
): Promise<OpenResult> {
  const task = await getAnyTask(store.read, accountId, id)
  if (!task) throw new EmbedlineError('not_found', `There is no task ${id}.`)
  const { state } = task
  if (task.kind === 'media')
    return { kind: 'media', id, state, model: task.model, read: (options) => results.embeddings(id, options) }
  if (task.kind === 'batch')
    throw new EmbedlineError('state_conflict', 'What came of a batch is in its output file.')
  const embedding = await getEmbedding(store.read, accountId, task.bucket)
  const read = (options: ChunkReadingOptions) =>
    embedding ? results.chunks(embedding.id, options) : nothing()
  return { kind: 'bucket', id, state, model: task.settings.model, read }
}

async function* nothing(): AsyncGenerator<never> {}
