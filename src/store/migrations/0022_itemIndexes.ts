import { sql, type Kysely } from 'kysely'

/** What belongs to no task is in no list of a task: each claim and each end of it wrote there all the same. */
export async function narrowItemIndexes(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `drop index item_list`,
    `create index item_list on item (task_id, created_ms, id) where task_id is not null`,
    `drop index item_finished`,
    `create index item_finished on item (task_id, finished_ms, kind)
      where task_id is not null and finished_ms is not null and kind in ('slice', 'part', 'document')`,
  ])
    await sql.raw(statement).execute(db)
}
