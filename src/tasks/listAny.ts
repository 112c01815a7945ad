import type { AnyTask } from '../domain/task.ts'
import { listAnyTasks as readTasks, type AnyTaskFilter } from '../store/anyTasks.ts'
import type { TaskParts } from './parts.ts'
import { rated } from './progress.ts'

/** The account's tasks of every kind that fit, newest first. */
export async function listAnyTasks(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  accountId: string,
  filter: AnyTaskFilter,
): Promise<AnyTask[]> {
  const tasks = await readTasks(parts.store.read, accountId, filter)
  return Promise.all(tasks.map((task) => rated(parts, task)))
}
