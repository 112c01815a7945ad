import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'

/** When the last slices, parts or documents of a task were settled, the newest first, at most `limit`. */
export async function recentFinishes(db: Db, taskId: string, limit: number): Promise<number[]> {
  // The kinds stand in the text, so that the partial index is used; no row is read.
  const { rows } = await sql<{ finished_ms: number }>`
    select finished_ms from item
     where task_id = ${taskId} and finished_ms is not null and kind in ('slice', 'part', 'document')
     order by finished_ms desc
     limit ${limit}`.execute(db)
  return rows.map(({ finished_ms }) => finished_ms)
}
