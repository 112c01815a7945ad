import { EmbedlineError } from '../../domain/errors.ts'
import type { Batch } from '../../domain/task.ts'
import { getBatch as readBatch, listBatches as readBatches } from '../../store/batches.ts'
import type { TaskParts } from '../parts.ts'
import { stopBatch } from './stopBatch.ts'

/** The batch, if the account has one of that id. */
export const getBatch = (parts: TaskParts, accountId: string, id: string): Promise<Batch | undefined> =>
  readBatch(parts.store.read, accountId, id)

/** The account's batches, newest first, at most `limit`. */
export const listBatches = (
  parts: TaskParts,
  accountId: string,
  page: { after?: string | undefined; limit: number },
): Promise<Batch[]> => readBatches(parts.store.read, accountId, page)

/**
 * Stops a batch for its caller; stopping it again changes nothing. What is done stays. Undefined when the account has none
 * of that id. Throws `state_conflict` when it has ended.
 */
export async function cancelBatch(
  parts: TaskParts,
  accountId: string,
  id: string,
): Promise<Batch | undefined> {
  const batch = await getBatch(parts, accountId, id)
  if (!batch) return undefined
  if (batch.finishedMs !== undefined) throw new EmbedlineError('state_conflict', `The batch ${id} has ended.`)
  await stopBatch(parts, id, 'cancelled')
  return getBatch(parts, accountId, id)
}
