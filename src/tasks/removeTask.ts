import { removeItems } from '../queue/removeItems.ts'
import { removePages } from '../store/crawlPages.ts'
import { removeEmbeddings } from '../store/embeddings.ts'
import { removeTaskEvents } from '../store/taskEvents.ts'
import { removeTask, type ExpiredTask } from '../store/tasks.ts'
import { forgetBatch } from './batches/forgetBatch.ts'
import { dropBytes, type BytesParts } from './storedBytes.ts'

const ROWS_A_TRANSACTION = 500

/** Removes a task with its items, its vectors and the input that came with it. */
export async function removeWholeTask(
  parts: BytesParts,
  { id, accountId, objectHash, holdsObject }: ExpiredTask,
): Promise<void> {
  const { store } = parts
  await forgetBatch(parts, id)
  // In small transactions; the task row goes last, so that a crash in between starts over.
  for (const remove of [removeItems, removePages, removeEmbeddings, removeTaskEvents])
    while ((await store.write((db) => remove(db, id, ROWS_A_TRANSACTION))) > 0);
  if (objectHash === undefined) await store.write((db) => removeTask(db, id))
  else
    await dropBytes(
      parts,
      { accountId, hash: objectHash },
      async (db) => (await removeTask(db, id)) && holdsObject,
    )
}
