import { unfinishedTasks } from '../store/tasks.ts'
import { addFinishWhenDone } from './finish.ts'
import type { TaskParts } from './parts.ts'

/** Ends tasks that have nothing open and no finish item: there should be none, so each one is reported. */
export async function repairTasks(parts: TaskParts): Promise<void> {
  for (const task of await unfinishedTasks(parts.store.read)) {
    parts.logger.warn('a task had nothing open and no end; it is ended now', { task: task.id })
    await parts.store.write((db) => addFinishWhenDone(db, task, parts.clock.nowMs()))
    parts.wake()
  }
}
