import { isRate, type Rate } from '../domain/rates.ts'
import type { Db } from '../domain/tables.ts'

/** What a key has used in a stretch of time. */
export interface Used {
  keyId: string
  rate: Rate
  startMs: number
  used: number
}

/** All that was used in stretches that began after this. */
export async function readUsage(db: Db, afterMs: number): Promise<Used[]> {
  const rows = await db.selectFrom('usage').selectAll().where('start_ms', '>', afterMs).execute()
  return rows.flatMap(({ key_id: keyId, rate, start_ms: startMs, used }) =>
    isRate(rate) ? [{ keyId, rate, startMs, used }] : [],
  )
}

/** Adds to what was used: at least one, each of another key, rate or stretch. */
export async function addUsage(db: Db, added: readonly Used[]): Promise<void> {
  const rows = added.map(({ keyId, rate, startMs, used }) => ({
    key_id: keyId,
    rate,
    start_ms: startMs,
    used,
  }))
  await db
    .insertInto('usage')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'rate', 'start_ms']).doUpdateSet((row) => ({
        used: row('usage.used', '+', row.ref('excluded.used')),
      })),
    )
    .execute()
}

/** Forgets the stretches that began before this. */
export async function removeUsage(db: Db, beforeMs: number): Promise<void> {
  await db.deleteFrom('usage').where('start_ms', '<', beforeMs).execute()
}
