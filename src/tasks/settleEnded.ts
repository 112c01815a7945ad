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
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after
    const { held, next }: Settling = await store.write(async (db) =>
      (await hasEnded(db, taskId)) ? settleSome(db, taskId, from, clock.nowMs()) : { held: [] },
    )
    recall(held)
    after = next
  }
}

export interface Settling {
  /** What workers held: they are to be told after the commit. */
  held: Hold[]
  /** The key of an item to go on after; absent: nothing of the task can start any more. */
  next?: string
}

/** One transaction's share of it; of a small task that is all. */
export async function settleSome(db: Db, taskId: string, after: string, nowMs: number): Promise<Settling> {
  const running = after === '' ? await cancelRunning(db, taskId, nowMs) : []
  const order = { after, limit: ITEMS_A_TRANSACTION, nowMs }
  const { cancelled, next } = await cancelQueued(db, taskId, order)
  await failCancelled(db, taskId, [...running, ...cancelled], nowMs)
  if (next === undefined) await setSettled(db, taskId)
  return { held: running, ...(next !== undefined && { next }) }
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
