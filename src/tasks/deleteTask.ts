import { hideTask } from '../store/taskExpiry.ts'
import { cancelActive } from './cancel.ts'
import { getAnyTask } from './getAny.ts'
import type { TaskParts } from './parts.ts'
import { removeWholeTask } from './removeTask.ts'
import { forgetUnfinishedFetches } from './unfinishedFetches.ts'

/**
 * Removes a task, one that has not ended too, with its vectors and the input that came with it; what is embedded of a
 * bucket belongs to the bucket, and stays. Nobody sees it from the first commit on; when this returns it is gone, and
 * killed before that the janitor goes on. False when the account has no such task.
 */
export async function deleteTask(parts: TaskParts, accountId: string, id: string): Promise<boolean> {
  for (;;) {
    const task = await getAnyTask(parts, accountId, id)
    if (!task) return false
    await cancelActive(parts, task)
    const hidden = await parts.store.write((db) => hideTask(db, accountId, id, parts.clock.nowMs()))
    // Else it was taken up again, or deleted, this very moment.
    if (!hidden) continue
    await removeWholeTask(parts, hidden)
    await forgetUnfinishedFetches(parts)
    return true
  }
}
