import type { Db } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { postpone } from '../queue/postpone.ts'
import { wakeTask } from '../queue/wakeTask.ts'
import { activeTaskIds, type BucketWork } from '../store/bucketTasks.ts'
import { lockName } from '../store/locks.ts'
import type { TaskParts } from './parts.ts'

/** From here on no other task of the account and bucket begins or ends. */
export const lockBucket = (
  db: Db,
  { accountId, bucket }: Pick<BucketWork, 'accountId' | 'bucket'>,
): Promise<void> => lockName(db, `bucket ${accountId} ${bucket}`)

/** The end of the task before wakes this one; this is the fallback should nothing do so. */
const TURN_WAIT_MS = 60_000

/** The tasks of an account and bucket run one after the other. Where it is not yet this one's turn, its item is put back. */
export async function isTurnOf(parts: TaskParts, item: ClaimedItem, task: BucketWork): Promise<boolean> {
  if (await isFirst(parts.store.read, task)) return true
  return parts.store.write(async (db) => {
    // The one before may have ended since: it wakes only who waits already.
    await lockBucket(db, task)
    if (await isFirst(db, task)) return true
    const nowMs = parts.clock.nowMs()
    await postpone(db, item, { dueMs: nowMs + TURN_WAIT_MS, nowMs })
    return false
  })
}

async function isFirst(db: Db, { id, accountId, bucket }: BucketWork): Promise<boolean> {
  const [first] = await activeTaskIds(db, accountId, bucket)
  return first === undefined || first >= id
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
