import { removeItems } from '../queue/removeItems.ts'
import { removePages } from '../store/crawlPages.ts'
import { removeEmbeddings } from '../store/embeddings.ts'
import { reclaimSpace } from '../store/space.ts'
import { removeTaskEvents } from '../store/taskEvents.ts'
import { expiredTasks, removeTask } from '../store/tasks.ts'
import { forgetBatch } from './batches/forgetBatch.ts'
import type { TaskParts } from './parts.ts'
import { dropBytes } from './storedBytes.ts'

const ROWS_A_TRANSACTION = 500
const TASKS_AT_A_TIME = 100
const PAGES_AT_A_TIME = 500

/**
 * Removes tasks past their retention with their vectors and the input that came with them, at most 100 of them, and
 * gives their space on the disk back. Returns how many tasks went.
 */
export async function expireTasks(parts: TaskParts): Promise<number> {
  const { store } = parts
  const expired = await expiredTasks(store.read, parts.clock.nowMs(), TASKS_AT_A_TIME)
  for (const { id, accountId, objectHash, holdsObject } of expired) {
    await forgetBatch(parts, id)
    // In small transactions; the task row goes last, so that a crash in between starts over.
    while ((await store.write((db) => removeItems(db, id, ROWS_A_TRANSACTION))) > 0);
    while ((await store.write((db) => removePages(db, id, ROWS_A_TRANSACTION))) > 0);
    while ((await store.write((db) => removeEmbeddings(db, id, ROWS_A_TRANSACTION))) > 0);
    while ((await store.write((db) => removeTaskEvents(db, id, ROWS_A_TRANSACTION))) > 0);
    if (objectHash === undefined) await store.write((db) => removeTask(db, id))
    else
      await dropBytes(
        parts,
        { accountId, hash: objectHash },
        async (db) => (await removeTask(db, id)) && holdsObject,
      )
  }
  if (expired.length > 0) await store.write((db) => reclaimSpace(db, PAGES_AT_A_TIME))
  return expired.length
}
