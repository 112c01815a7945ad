import { removeItems } from '../queue/removeItems.ts'
import { removePages } from '../store/crawlPages.ts'
import { removeEmbeddings } from '../store/embeddings.ts'
import { removeTaskEvents } from '../store/taskEvents.ts'
import type { HiddenTask } from '../store/taskExpiry.ts'
import { removeTask } from '../store/tasks.ts'
import { forgetBatch } from './batches/forgetBatch.ts'
import { dropBytes, type BytesParts } from './storedBytes.ts'

const ROWS_A_TRANSACTION = 500

/** Removes a task with its items, its vectors and the input that came with it. */
export async function removeWholeTask(
  parts: BytesParts,
  { id, accountId, objectHash, holdsObject }: HiddenTask,
): Promise<void> {
  await forgetBatch(parts, id)
  // In small transactions; the task row goes last, so that a crash in between starts over.
  while ((await removeSome(parts, id)) === ROWS_A_TRANSACTION);
  if (objectHash === undefined) await parts.store.write((db) => removeTask(db, id))
  else
    await dropBytes(
      parts,
      { accountId, hash: objectHash },
      async (db) => (await removeTask(db, id)) && holdsObject,
    )
}

const REMOVERS = [removeItems, removePages, removeEmbeddings, removeTaskEvents]

/** Returns how many rows went. */
const removeSome = ({ store }: Pick<BytesParts, 'store'>, id: string): Promise<number> =>
  store.write(async (db) => {
    let left = ROWS_A_TRANSACTION
    for (const remove of REMOVERS) if (left > 0) left -= await remove(db, id, left)
    return ROWS_A_TRANSACTION - left
  })
