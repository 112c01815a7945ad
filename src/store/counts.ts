import type { DatabaseSync } from 'node:sqlite'
import type { ItemState, TaskState } from '../domain/states.ts'
import type { ItemKind, TaskRow } from '../domain/tables.ts'

/** How many tasks and items there are, for whoever watches a server. */
export interface Counts {
  tasks: { kind: TaskRow['kind']; state: TaskState; count: number }[]
  /** Of items that are not final; those that a pause holds back are counted apart. */
  items: { kind: ItemKind; state: ItemState | 'paused'; count: number }[]
  /** Of items that could be claimed now. */
  due: { kind: ItemKind; count: number; oldestDueMs: number }[]
}

// Each is read from an index that has all that it asks for. For the reader thread: with a million rows that takes long.
const TASKS = 'select kind, state, count(*) as count from task group by kind, state'
const QUEUED = (alone: 0 | 1) => `
  select kind, 'queued' as state, count(*) as count from item
   where state = 'queued' and (is_alone = ${alone} and pause_id = 0) group by kind`
const PAUSED = `
  select kind, 'paused' as state, count(*) as count from item where pause_id > 0 group by kind`
const RUNNING = `
  select kind, 'running' as state, count(*) as count from item where state = 'running' group by kind`
const DUE = (alone: 0 | 1) => `
  select kind, count(*) as count, min(due_ms) as oldestDueMs from item
   where state = 'queued' and (is_alone = ${alone} and pause_id = 0) and due_ms <= ? group by kind`

/** Returns a function that counts everything as it is now. */
export function counter(database: DatabaseSync): (nowMs: number) => Counts {
  const prepare = (sql: string) => database.prepare(sql)
  const tasks = prepare(TASKS)
  const items = [prepare(QUEUED(0)), prepare(QUEUED(1)), prepare(PAUSED), prepare(RUNNING)]
  const due = [prepare(DUE(0)), prepare(DUE(1))]
  return (nowMs) => ({
    tasks: tasks.all() as unknown as Counts['tasks'],
    items: merged(items.flatMap((each) => each.all() as unknown as Counts['items'])),
    due: mergedDue(due.flatMap((each) => each.all(nowMs) as unknown as Counts['due'])),
  })
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
