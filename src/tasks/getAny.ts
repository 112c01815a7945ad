import type { AnyTask } from '../domain/task.ts'
import { getAnyTask as readTask } from '../store/anyTasks.ts'
import type { TaskParts } from './parts.ts'
import { rated } from './progress.ts'

/** The task of the account, whatever it is of. */
export async function getAnyTask(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  accountId: string,
  id: string,
): Promise<AnyTask | undefined> {
  const task = await readTask(parts.store.read, accountId, id)
  return task && rated(parts, task)
}
