import { dayOf, type DailyUse } from '../domain/quotas.ts'
import type { Db } from '../domain/tables.ts'
import type { Consumer } from '../domain/task.ts'

/** Counts what was used now for its day, its account and its key. Call it in the transaction that does the work. */
export async function addDailyUse(
  db: Db,
  { accountId, keyId = '' }: Consumer,
  used: Partial<DailyUse>,
  nowMs: number,
): Promise<void> {
  const { tasks = 0, items = 0, mediaMs = 0, plannedMs = 0, tokens = 0, bytes = 0 } = used
  const amounts = { tasks, items, media_ms: mediaMs, planned_ms: plannedMs, tokens, bytes }
  await db
    .insertInto('daily_usage')
    .values({ account_id: accountId, day_ms: dayOf(nowMs), key_id: keyId, ...amounts })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'day_ms', 'key_id']).doUpdateSet((row) => ({
        tasks: row('daily_usage.tasks', '+', tasks),
        items: row('daily_usage.items', '+', items),
        media_ms: row('daily_usage.media_ms', '+', mediaMs),
        planned_ms: row('daily_usage.planned_ms', '+', plannedMs),
        tokens: row('daily_usage.tokens', '+', tokens),
        bytes: row('daily_usage.bytes', '+', bytes),
      })),
    )
    .execute()
}

/** What an account has used on the day of a moment. */
export async function useOfDay(db: Db, accountId: string, nowMs: number): Promise<DailyUse> {
  return summed(db)
    .where('account_id', '=', accountId)
    .where('day_ms', '=', dayOf(nowMs))
    .executeTakeFirstOrThrow()
}

export interface UsedOnDay extends DailyUse {
  dayMs: number
  accountId: string
  /** Present when it was asked for by key; '' where no key is known. */
  keyId?: string
}

export interface UseFilter {
  /** Absent: of all accounts. */
  accountId?: string
  /** Days from this one on, until this one: the moments in which they begin. */
  fromMs: number
  toMs: number
  byKey: boolean
}

/** What was used day by day, the oldest first, by account and, if wanted, by key. */
export async function listDailyUse(
  db: Db,
  { accountId, fromMs, toMs, byKey }: UseFilter,
): Promise<UsedOnDay[]> {
  let days = summed(db)
    .select(['day_ms as dayMs', 'account_id as accountId'])
    .where('day_ms', '>=', fromMs)
    .where('day_ms', '<=', toMs)
    .groupBy(['day_ms', 'account_id'])
    .orderBy('day_ms')
    .orderBy('account_id')
  if (accountId !== undefined) days = days.where('account_id', '=', accountId)
  return byKey ? days.select('key_id as keyId').groupBy('key_id').orderBy('key_id').execute() : days.execute()
}

/** Forgets days before this one, at most `limit` rows. Returns how many. */
export async function removeDailyUse(db: Db, beforeMs: number, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('daily_usage')
    .where((row) =>
      row(
        row.refTuple('account_id', 'day_ms', 'key_id'),
        'in',
        row
          .selectFrom('daily_usage')
          .select(['account_id', 'day_ms', 'key_id'])
          .where('day_ms', '<', beforeMs)
          .limit(limit)
          .$asTuple('account_id', 'day_ms', 'key_id'),
      ),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

const summed = (db: Db) =>
  db
    .selectFrom('daily_usage')
    .select((row) => [
      row.fn.coalesce(row.fn.sum<number>('tasks'), row.lit(0)).as('tasks'),
      row.fn.coalesce(row.fn.sum<number>('items'), row.lit(0)).as('items'),
      row.fn.coalesce(row.fn.sum<number>('media_ms'), row.lit(0)).as('mediaMs'),
      row.fn.coalesce(row.fn.sum<number>('planned_ms'), row.lit(0)).as('plannedMs'),
      row.fn.coalesce(row.fn.sum<number>('tokens'), row.lit(0)).as('tokens'),
      row.fn.coalesce(row.fn.sum<number>('bytes'), row.lit(0)).as('bytes'),
    ])
