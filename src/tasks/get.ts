import type { Task } from '../domain/task.ts'
import { getTask as readTask } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'
import { rated } from './progress.ts'

/** The task, if the account has one of that id. */
export async function getTask(parts: TaskParts, accountId: string, id: string): Promise<Task | undefined> {
  const task = await readTask(parts.store.read, accountId, id)
  return task && rated(parts, task)
}
