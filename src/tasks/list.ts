import type { Page, Task } from '../domain/task.ts'
import { listTasks as readTasks, type TaskFilter } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'
import { rated } from './progress.ts'

/** A page of the account's tasks, newest first, without their vectors. */
export async function listTasks(
  parts: TaskParts,
  accountId: string,
  filter: TaskFilter,
): Promise<Page<Task>> {
  const { rows, total } = await readTasks(parts.store.read, accountId, filter)
  return { rows: await Promise.all(rows.map((task) => rated(parts, task))), total }
}
