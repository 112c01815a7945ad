import type { Page, Task } from '../domain/task.ts'
import { listTasks as readTasks, type TaskFilter } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'

/** A page of the account's tasks, newest first, without their vectors. */
export const listTasks = (parts: TaskParts, accountId: string, filter: TaskFilter): Promise<Page<Task>> =>
  readTasks(parts.store.read, accountId, filter)
