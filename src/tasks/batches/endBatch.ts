import type { Db } from '../../domain/tables.ts'
import { letGoInput, type BatchWork } from '../../store/batches.ts'
import { dropBytes, type BytesParts } from '../storedBytes.ts'

/**
 * Runs `end` in a transaction; when it has ended the batch, the batch lets go of its input, whose bytes go too if their
 * file was deleted meanwhile. Returns whether it has ended.
 */
export async function endBatch(
  parts: BytesParts,
  { id, accountId, inputHash: hash }: Pick<BatchWork, 'id' | 'accountId' | 'inputHash'>,
  end: (db: Db) => Promise<boolean>,
): Promise<boolean> {
  if (hash === undefined) return parts.store.write(end)
  let hasEnded = false
  await dropBytes(parts, { accountId, hash }, async (db) => {
    hasEnded = await end(db)
    return hasEnded && letGoInput(db, id)
  })
  return hasEnded
}
