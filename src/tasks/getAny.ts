import type { AnyTask } from '../domain/task.ts'
import { getAnyTask as readTask } from '../store/anyTasks.ts'
import type { TaskParts } from './parts.ts'

/** The task of the account, whatever it is of. */
export const getAnyTask = (
  { store }: Pick<TaskParts, 'store'>,
  accountId: string,
  id: string,
): Promise<AnyTask | undefined> => readTask(store.read, accountId, id)
