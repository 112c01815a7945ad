import { sql, type RawBuilder } from 'kysely'
import type { ItemState, TaskState } from '../domain/states.ts'
import type { Db, ItemKind, TaskRow } from '../domain/tables.ts'

/** How many tasks and items there are, for whoever watches a server. */
export interface Counts {
  tasks: { kind: TaskRow['kind']; state: TaskState; count: number }[]
  /** Of items that are not final; those that a pause holds back are counted apart. */
  items: { kind: ItemKind; state: ItemState | 'paused'; count: number }[]
  /** Of items that could be claimed now. */
  due: { kind: ItemKind; count: number; oldestDueMs: number }[]
}

// Each is read from an index that has all that it asks for, and whose conditions therefore stand in the text. For the
// reader thread: with a million rows that takes long.
const TASKS = sql<
  Counts['tasks'][number]
>`select kind, state, count(*) as count from task group by kind, state`
const IS_QUEUED = (alone: 0 | 1) => sql`state = 'queued' and (is_alone = ${sql.lit(alone)} and pause_id = 0)`
const ITEMS = [
  ...([0, 1] as const).map(
    (alone) => sql<Counts['items'][number]>`
      select kind, 'queued' as state, count(*) as count from item where ${IS_QUEUED(alone)} group by kind`,
  ),
  sql<Counts['items'][number]>`
    select kind, 'paused' as state, count(*) as count from item where pause_id > 0 group by kind`,
  sql<Counts['items'][number]>`
    select kind, 'running' as state, count(*) as count from item where state = 'running' group by kind`,
]
const DUE = (alone: 0 | 1, nowMs: number) => sql<Counts['due'][number]>`
  select kind, count(*) as count, min(due_ms) as "oldestDueMs" from item
   where ${IS_QUEUED(alone)} and due_ms <= ${nowMs} group by kind`

/** Counts everything as it is now. */
export async function countAll(db: Db, nowMs: number): Promise<Counts> {
  return {
    tasks: await rowsOf(db, [TASKS]),
    items: merged(await rowsOf(db, ITEMS)),
    due: mergedDue(await rowsOf(db, [DUE(0, nowMs), DUE(1, nowMs)])),
  }
}

async function rowsOf<Row>(db: Db, statements: readonly RawBuilder<Row>[]): Promise<Row[]> {
  const found = []
  for (const statement of statements) found.push(...(await statement.execute(db)).rows)
  return found
}

function merged(rows: Counts['items']): Counts['items'] {
  const sums = new Map<string, Counts['items'][number]>()
  for (const row of rows) {
    const key = `${row.kind} ${row.state}`
    sums.set(key, { ...row, count: row.count + (sums.get(key)?.count ?? 0) })
  }
  return [...sums.values()]
}

function mergedDue(rows: Counts['due']): Counts['due'] {
  const sums = new Map<string, Counts['due'][number]>()
  for (const row of rows) {
    const known = sums.get(row.kind)
    sums.set(row.kind, {
      kind: row.kind,
      count: row.count + (known?.count ?? 0),
      oldestDueMs: Math.min(row.oldestDueMs, known?.oldestDueMs ?? Infinity),
    })
  }
  return [...sums.values()]
}
