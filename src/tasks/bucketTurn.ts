import type { Db } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { postpone } from '../queue/postpone.ts'
import { wakeTask } from '../queue/wakeTask.ts'
import { activeTaskIds, type BucketWork } from '../store/bucketTasks.ts'
import type { TaskParts } from './parts.ts'

/** The end of the task before wakes this one; this is the fallback should nothing do so. */
const TURN_WAIT_MS = 60_000

/** The tasks of an account and bucket run one after the other. Where it is not yet this one's turn, its item is put back. */
export async function isTurnOf(parts: TaskParts, item: ClaimedItem, task: BucketWork): Promise<boolean> {
  const [first] = await activeTaskIds(parts.store.read, task.accountId, task.bucket)
  if (first === undefined || first >= task.id) return true
  const dueMs = parts.clock.nowMs() + TURN_WAIT_MS
  await parts.store.write((db) => postpone(db, item, { dueMs, nowMs: parts.clock.nowMs() }))
  return false
}

/** Makes the task of the account and bucket due that waits for its turn. */
export async function wakeNext(
  db: Db,
  { accountId, bucket }: Pick<BucketWork, 'accountId' | 'bucket'>,
  nowMs: number,
): Promise<void> {
  const [next] = await activeTaskIds(db, accountId, bucket)
  if (next === undefined) return
  for (const kind of ['list', 'crawl'] as const) await wakeTask(db, next, { kind, nowMs })
}
