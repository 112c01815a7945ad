import type { Db } from '../../domain/tables.ts'
import { letGoInput, type BatchWork } from '../../store/batches.ts'
import type { TaskParts } from '../parts.ts'
import { dropBytes } from '../storedBytes.ts'

/**
 * Runs `end` in a transaction; when it has ended the batch, the batch lets go of its input, whose bytes go too if their
 * file was deleted meanwhile.
 */
export async function endBatch(
  parts: TaskParts,
  { id, accountId, inputHash: hash }: Pick<BatchWork, 'id' | 'accountId' | 'inputHash'>,
  end: (db: Db) => Promise<boolean>,
): Promise<void> {
  if (hash === undefined) await parts.store.write(end)
  else await dropBytes(parts, { accountId, hash }, async (db) => (await end(db)) && letGoInput(db, id))
}
