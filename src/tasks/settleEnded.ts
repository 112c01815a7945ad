import { cancelQueued, cancelRunning } from '../queue/cancelItems.ts'
import { failFiles } from '../store/bucketFiles.ts'
import { hasEnded, setSettled, unsettledTasks } from '../store/taskProgress.ts'
import type { DocumentPayload } from './listBucket.ts'
import type { Db } from '../domain/tables.ts'
import type { Hold, Item } from '../queue/item.ts'
import type { TaskParts } from './parts.ts'

type Parts = Pick<TaskParts, 'store' | 'clock' | 'recall'>

const ITEMS_A_TRANSACTION = 500
const TASKS_AT_A_TIME = 100

/**
 * Cancels what is left of a task that has ended: what workers hold of it is taken from them, what is queued will not
 * start. Killed anywhere, the janitor goes on; meanwhile the queue hands nothing of the task out. Stops when the task
 * was taken up again.
 */
export async function settleEnded({ store, clock, recall }: Parts, taskId: string): Promise<void> {
  const held = await store.write(async (db) => {
    if (!(await hasEnded(db, taskId))) return []
    return takeBack(db, taskId, clock.nowMs())
  })
  recall(held)
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after
    after = await store.write(async (db) => {
      if (!(await hasEnded(db, taskId))) return undefined
      const nowMs = clock.nowMs()
      const order = { after: from, limit: ITEMS_A_TRANSACTION, nowMs }
      const { cancelled, last } = await cancelQueued(db, taskId, order)
      await failCancelled(db, taskId, cancelled, nowMs)
      if (last === undefined) await setSettled(db, taskId)
      return last
    })
  }
}

/** Takes from workers what they hold of a task that ends. They are to be told after the commit. */
export async function takeBack(db: Db, taskId: string, nowMs: number): Promise<Hold[]> {
  const running = await cancelRunning(db, taskId, nowMs)
  await failCancelled(db, taskId, running, nowMs)
  return running
}

const NOT_EMBEDDED = { code: 'cancelled', message: 'The task ended before the file was embedded.' } as const

/** Files that are not embedded any more: what is embedded of them from before stays. */
async function failCancelled(db: Db, taskId: string, items: readonly Item[], nowMs: number): Promise<void> {
  const fileIds = items
    .filter(({ kind }) => kind === 'document')
    .map(({ payload }) => (payload as DocumentPayload).fileId)
  if (fileIds.length > 0) await failFiles(db, fileIds, { taskId, failure: NOT_EMBEDDED, nowMs })
}

/** Goes on where a server was killed while it cancelled what was left of tasks. */
export async function settleAllEnded(parts: Parts): Promise<void> {
  for (const id of await unsettledTasks(parts.store.read, TASKS_AT_A_TIME)) await settleEnded(parts, id)
}
