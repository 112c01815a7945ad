import { sql } from 'kysely'
import type { Db, ItemKind } from '../domain/tables.ts'

/** A process that claims items, and what it can work on. */
export interface Worker {
  /** A name that no other one has, or had. */
  name: string
  kinds: readonly ItemKind[]
  /** Models that it can use, as `nameOfModel` writes them. */
  models: readonly string[]
}

/** One that was not heard of for so long is taken for dead. */
const SILENT_MS = 12_000

/** Long after anybody could still ask for it. */
const FORGOTTEN_MS = 3_600_000

/** Says that the worker lives, and what it can work on now. */
export async function keepWorker(db: Db, { name, kinds, models }: Worker, nowMs: number): Promise<void> {
  const known = { kinds_json: JSON.stringify(kinds), models_json: JSON.stringify(models), seen_ms: nowMs }
  await db
    .insertInto('worker')
    .values({ name, ...known })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(known))
    .execute()
  await db
    .deleteFrom('worker')
    .where('seen_ms', '<', nowMs - FORGOTTEN_MS)
    .execute()
}

/** It works no more. */
export const removeWorker = async (db: Db, name: string): Promise<void> =>
  void (await db.deleteFrom('worker').where('name', '=', name).execute())

/** That the name, an expression, is one of a worker that lives. */
export const isAlive = (name: ReturnType<typeof sql.ref>, nowMs: number) =>
  sql<boolean>`${name} in (select name from worker where seen_ms > ${nowMs - SILENT_MS})`

/** Those that were heard of a moment ago. */
export async function liveWorkers(db: Db, nowMs: number): Promise<Worker[]> {
  const rows = await db
    .selectFrom('worker')
    .selectAll()
    .where('seen_ms', '>', nowMs - SILENT_MS)
    .execute()
  return rows.map((row) => ({
    name: row.name,
    kinds: JSON.parse(row.kinds_json) as ItemKind[],
    models: JSON.parse(row.models_json) as string[],
  }))
}
