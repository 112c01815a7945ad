import type { Task } from '../domain/task.ts'
import { getTask as readTask } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'

/** The task, if the account has one of that id. */
export const getTask = (parts: TaskParts, accountId: string, id: string): Promise<Task | undefined> =>
  readTask(parts.store.read, accountId, id)
