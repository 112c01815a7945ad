import { reclaimSpace } from '../store/space.ts'
import { expiredTasks } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'
import { removeWholeTask } from './removeTask.ts'

const TASKS_AT_A_TIME = 100
const PAGES_AT_A_TIME = 500

/**
 * Removes tasks past their retention with their vectors and the input that came with them, at most 100 of them, and
 * gives their space on the disk back. Returns how many tasks went.
 */
export async function expireTasks(parts: TaskParts): Promise<number> {
  const { store } = parts
  const expired = await expiredTasks(store.read, parts.clock.nowMs(), TASKS_AT_A_TIME)
  for (const task of expired) await removeWholeTask(parts, task)
  if (expired.length > 0) await store.write((db) => reclaimSpace(db, PAGES_AT_A_TIME))
  return expired.length
}
