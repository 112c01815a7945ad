import { unfinishedTasks } from '../store/taskProgress.ts'
import { addEndWhenDone } from './addEnd.ts'
import type { TaskParts } from './parts.ts'

/** Ends tasks that have nothing open and no finish item: there should be none, so each one is reported. */
export async function repairTasks(parts: TaskParts): Promise<void> {
  for (const task of await unfinishedTasks(parts.store.read)) {
    parts.logger.warn('a task had nothing open and no end; it is ended now', { task: task.id })
    await parts.store.write((db) => addEndWhenDone(db, task.id, parts.clock.nowMs()))
    parts.wake()
  }
}
