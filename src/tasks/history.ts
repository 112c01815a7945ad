import { scopeOf, type Pause } from '../domain/pause.ts'
import type { TaskEvent } from '../domain/taskEvent.ts'
import { pausesSince } from '../store/pauses.ts'
import { readTaskEvents } from '../store/taskEvents.ts'
import { getAnyTask } from './getAny.ts'
import type { TaskParts } from './parts.ts'

export interface History {
  events: TaskEvent[]
  /** That held the task back, or still do. */
  pauses: Pause[]
}

/** What happened to a task, in the order in which it did. Undefined when the account has no such task. */
export async function historyOf(
  parts: TaskParts,
  accountId: string,
  taskId: string,
  page: { after: number; limit: number },
): Promise<History | undefined> {
  const task = await getAnyTask(parts, accountId, taskId)
  if (!task) return undefined
  const { read } = parts.store
  const pauses = await pausesSince(read, task.createdMs, scopeOf(task))
  const endMs = task.finishedMs ?? Infinity
  return {
    events: await readTaskEvents(read, { taskId, ...page }),
    pauses: pauses.filter(({ createdMs }) => createdMs <= endMs),
  }
}
