import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'
import { whereHeld } from './held.ts'
import type { Hold } from './item.ts'

/** Prolongs the leases of what is held. Returns what is not held any more: that work must stop. */
export async function extend<Held extends Hold>(
  db: Db,
  held: readonly Held[],
  leaseUntilMs: number,
): Promise<Held[]> {
  if (held.length === 0) return []
  const { rows } = await sql<Hold>`
    update item set lease_until_ms = ${leaseUntilMs}
     ${whereHeld(db, held)}
    returning item.id, item.attempt, item.worker`.execute(db)
  const extended = new Set(rows.map(({ id, attempt }) => `${id} ${attempt}`))
  return held.filter(({ id, attempt }) => !extended.has(`${id} ${attempt}`))
}
