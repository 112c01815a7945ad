import { isFinal } from '../domain/states.ts'
import type { Failure } from '../domain/task.ts'
import { reclaimSpace } from '../store/space.ts'
import { expiredTasks, hideExpiredTask } from '../store/taskExpiry.ts'
import { cancelActive } from './cancel.ts'
import type { TaskParts } from './parts.ts'
import { removeWholeTask } from './removeTask.ts'

const TASKS_AT_A_TIME = 100
const PAGES_AT_A_TIME = 500

const EXPIRED: Failure = { code: 'cancelled', message: 'The task expired before it was done.' }

/**
 * Removes tasks past their retention with their vectors and the input that came with them, at most 100 of them, and
 * gives their space on the disk back. One that is still worked on is cancelled first, so that its workers, its bucket
 * and whoever waits for its end are told. Returns how many tasks went.
 */
export async function expireTasks(parts: TaskParts): Promise<number> {
  const { store, clock } = parts
  let removedCount = 0
  for (const { id, kind, state } of await expiredTasks(store.read, clock.nowMs(), TASKS_AT_A_TIME)) {
    if (!isFinal(state)) await cancelActive(parts, { id, kind }, EXPIRED)
    // Its time may have been moved, or it was taken up again, while others went.
    const hidden = await store.write((db) => hideExpiredTask(db, id, clock.nowMs()))
    if (!hidden) continue
    await removeWholeTask(parts, hidden)
    removedCount++
  }
  if (removedCount > 0) await store.write((db) => reclaimSpace(db, PAGES_AT_A_TIME))
  return removedCount
}
