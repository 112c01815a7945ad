import { expiredTasks, removeTask } from '../store/tasks.ts'
import { removeEmbeddings } from '../store/embeddings.ts'
import type { TaskParts } from './parts.ts'
import { dropBytes } from './storedBytes.ts'

const ROWS_A_TRANSACTION = 500
const TASKS_AT_A_TIME = 100

/** Removes tasks past their retention with their vectors and the input that came with them. Returns how many. */
export async function expireTasks(parts: TaskParts): Promise<number> {
  const expired = await expiredTasks(parts.store.read, parts.clock.nowMs(), TASKS_AT_A_TIME)
  for (const { id, accountId, objectHash, holdsObject } of expired) {
    // Vectors first, in small transactions; the task row goes last, so that a crash in between starts over.
    while ((await parts.store.write((db) => removeEmbeddings(db, id, ROWS_A_TRANSACTION))) > 0);
    await dropBytes(
      parts,
      { accountId, hash: objectHash },
      async (db) => (await removeTask(db, id)) && holdsObject,
    )
  }
  return expired.length
}
