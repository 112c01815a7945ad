import { isFinal, TASK_STATES } from '../domain/states.ts'
import type { Db, TaskRow } from '../domain/tables.ts'
import { forgetVectors } from './vectorSets.ts'

/** Lets a task expire at another time. False when the account has none of that id. */
export async function setExpiry(db: Db, accountId: string, id: string, expiresMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('task')
    .set({ expires_ms: expiresMs })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Tasks whose retention is over, the longest expired first. */
export const expiredTasks = (
  db: Db,
  nowMs: number,
  limit: number,
): Promise<Pick<TaskRow, 'id' | 'kind' | 'state'>[]> =>
  db
    .selectFrom('task')
    .select(['id', 'kind', 'state'])
    .where('expires_ms', '<=', nowMs)
    .orderBy('expires_ms')
    .orderBy('id')
    .limit(limit)
    .execute()

/** What is to be removed. */
export interface HiddenTask {
  id: string
  accountId: string
  /** Absent: the task has no stored input. */
  objectHash?: string
  /** The caller drops the reference to the input with the task. */
  holdsObject: boolean
}

/**
 * From now on nobody sees the task, which has ended: it counts as expired. Undefined when the account has no such task,
 * or it was taken up again.
 */
export async function hideTask(
  db: Db,
  accountId: string,
  id: string,
  nowMs: number,
): Promise<HiddenTask | undefined> {
  const row = await db
    .updateTable('task')
    .set({ removed_ms: nowMs, expires_ms: nowMs })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('state', 'in', FINAL_STATES)
    .where('removed_ms', 'is', null)
    .returning(HIDDEN_COLUMNS)
    .executeTakeFirst()
  return row && hidden(db, row)
}

/** The same of a task whose retention is over; undefined when it is kept for longer, or works again, by now. */
export async function hideExpiredTask(db: Db, id: string, nowMs: number): Promise<HiddenTask | undefined> {
  const row = await db
    .updateTable('task')
    .set((task) => ({ removed_ms: task.fn.coalesce('removed_ms', task.val(nowMs)) }))
    .where('id', '=', id)
    .where('expires_ms', '<=', nowMs)
    .where('state', 'in', FINAL_STATES)
    .returning(HIDDEN_COLUMNS)
    .executeTakeFirst()
  return row && hidden(db, row)
}

const FINAL_STATES = TASK_STATES.filter(isFinal)

const HIDDEN_COLUMNS = ['id', 'account_id', 'object_hash', 'holds_object'] as const

async function hidden(db: Db, row: Pick<TaskRow, (typeof HIDDEN_COLUMNS)[number]>): Promise<HiddenTask> {
  await forgetVectors(db, row.id)
  return {
    id: row.id,
    accountId: row.account_id,
    ...(row.object_hash !== null && { objectHash: row.object_hash }),
    holdsObject: row.holds_object === 1,
  }
}
