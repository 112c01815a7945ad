import { isRate, type Rate } from '../domain/rates.ts'
import type { Db, UsageRow } from '../domain/tables.ts'

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
  return rows.flatMap(usedOf)
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

/** What was used of each of these, at least one. Nobody else counts them until the transaction ends. */
export async function lockUsage(db: Db, names: readonly Omit<Used, 'used'>[]): Promise<Used[]> {
  const rows = await db
    .insertInto('usage')
    .values(names.map(({ keyId, rate, startMs }) => ({ key_id: keyId, rate, start_ms: startMs, used: 0 })))
    .onConflict((conflict) =>
      conflict
        .columns(['key_id', 'rate', 'start_ms'])
        .doUpdateSet((row) => ({ used: row.ref('usage.used') })),
    )
    .returningAll()
    .execute()
  return rows.flatMap(usedOf)
}

/** What was used of each of these, at least one; those of which nothing was are left out. */
export async function readUsed(db: Db, names: readonly Omit<Used, 'used'>[]): Promise<Used[]> {
  const rows = await db
    .selectFrom('usage')
    .selectAll()
    .where((row) =>
      row.or(names.map(({ keyId, rate, startMs }) => row.and({ key_id: keyId, rate, start_ms: startMs }))),
    )
    .execute()
  return rows.flatMap(usedOf)
}

const usedOf = ({ key_id: keyId, rate, start_ms: startMs, used }: UsageRow): Used[] =>
  isRate(rate) ? [{ keyId, rate, startMs, used }] : []
