import type { Selectable } from 'kysely'
import type { Pause, PauseScope } from '../domain/pause.ts'
import type { Db, PauseRow } from '../domain/tables.ts'
import { lockName } from './locks.ts'

/** Adds a pause, unless the same one lasts already. */
export async function ensurePause(
  db: Db,
  { accountId, kind, modelId }: PauseScope,
  nowMs: number,
): Promise<{ pause: Pause; isNew: boolean }> {
  await lockName(db, 'pauses')
  const scope = { account_id: accountId ?? null, kind: kind ?? null, model_id: modelId ?? null }
  const known = await active(db)
    .where('account_id', 'is not distinct from', scope.account_id)
    .where('kind', 'is not distinct from', scope.kind)
    .where('model_id', 'is not distinct from', scope.model_id)
    .executeTakeFirst()
  if (known) return { pause: pauseOf(known), isNew: false }
  const { id } = await db
    .insertInto('pause')
    .values({ ...scope, created_ms: nowMs, ended_ms: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = await active(db).where('pause.id', '=', id).executeTakeFirstOrThrow()
  return { pause: pauseOf(row), isNew: true }
}

/** All that lasts, the oldest first. */
export async function activePauses(db: Db): Promise<Pause[]> {
  return (await active(db).orderBy('pause.id').execute()).map(pauseOf)
}

/** A pause that lasts. */
export async function getPause(db: Db, id: number): Promise<Pause | undefined> {
  const row = await active(db).where('pause.id', '=', id).executeTakeFirst()
  return row && pauseOf(row)
}

/** Ends a pause: nothing more is held back for it. */
export async function endPause(db: Db, id: number, nowMs: number): Promise<void> {
  await db
    .updateTable('pause')
    .set({ ended_ms: nowMs })
    .where('id', '=', id)
    .where('ended_ms', 'is', null)
    .execute()
}

/** The pauses since `sinceMs` that held a task with these marks back, those that last among them. */
export async function pausesSince(
  db: Db,
  sinceMs: number,
  { accountId, kind, modelId }: Required<PauseScope>,
): Promise<Pause[]> {
  const rows = await named(db)
    .where((row) => row.or([row('ended_ms', 'is', null), row('ended_ms', '>=', sinceMs)]))
    .where((row) => row.or([row('account_id', 'is', null), row('account_id', '=', accountId)]))
    .where((row) => row.or([row('kind', 'is', null), row('kind', '=', kind)]))
    .where((row) => row.or([row('model_id', 'is', null), row('model_id', '=', modelId)]))
    .orderBy('pause.id')
    .execute()
  return rows.map(pauseOf)
}

/** Forgets pauses that ended before `beforeMs`. */
export async function removePauses(db: Db, beforeMs: number): Promise<void> {
  await db.deleteFrom('pause').where('ended_ms', '<', beforeMs).execute()
}

const named = (db: Db) =>
  db
    .selectFrom('pause')
    .leftJoin('account', 'account.id', 'pause.account_id')
    .selectAll('pause')
    .select('account.name')

const active = (db: Db) => named(db).where('ended_ms', 'is', null)

const pauseOf = (row: Selectable<PauseRow> & { name: string | null }): Pause => ({
  id: row.id,
  ...(row.account_id !== null && { accountId: row.account_id }),
  ...(row.name !== null && { accountName: row.name }),
  ...(row.kind !== null && { kind: row.kind }),
  ...(row.model_id !== null && { modelId: row.model_id }),
  createdMs: row.created_ms,
  ...(row.ended_ms !== null && { endedMs: row.ended_ms }),
})
