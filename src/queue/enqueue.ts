import { sql } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import { nameOfModel, type ModelPin } from '../domain/model.ts'
import type { Db, ItemKind } from '../domain/tables.ts'
import { inputColumns, type ItemInput } from './inputs.ts'
import { ensureLane, lastTurn, setLastTurn } from './turns.ts'

export interface NewItem {
  accountId: string
  kind: ItemKind
  taskId?: string
  assetId?: string
  /** Unique within the task; without a task, within the asset. */
  key: string
  /** 0 control, 1 normal, 2 bulk, 3 what waits for other servers. */
  lane: number
  dueMs: number
  /** What to do, as JSON. */
  payload: unknown
  /** The model that it needs. */
  model?: ModelPin
  /** The file that it reads. */
  input?: ItemInput
  /** True: it ends what has begun, and does not wait behind what its account has queued meanwhile. */
  isEnd?: boolean
}

/**
 * Adds items, of one account or several. One that is there already, in whatever state, stays as it is. Each new item
 * gets the account's next turn in its lane, and none before the lane's current turn: who comes late does not wait
 * behind all that others have queued, and who was away gets no credit for it. What ends work that has begun is due in
 * the lane's current turn. Returns how many were added.
 */
export async function enqueue(db: Db, nowMs: number, items: readonly NewItem[]): Promise<number> {
  let added = 0
  for (const group of groupsOf(items)) added += await enqueueGroup(db, nowMs, group)
  return added
}

interface Group {
  accountId: string
  lane: number
  items: NewItem[]
}

function groupsOf(items: readonly NewItem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const item of items) {
    const { accountId, lane } = item
    const name = `${lane} ${accountId}`
    const group = groups.get(name) ?? { accountId, lane, items: [] }
    groups.set(name, group)
    group.items.push(item)
  }
  return [...groups.values()]
}

async function enqueueGroup(db: Db, nowMs: number, { accountId, lane, items }: Group): Promise<number> {
  const current = await ensureLane(db, lane)
  const before = Math.max(await lastTurn(db, accountId, lane), current)
  const insert = isPostgres(db) && items.length > 1 ? insertTogether : insertEach
  const turns = await insert(db, items, { nowMs, current, before })
  const last = turns.reduce((one, other) => Math.max(one, other), before)
  if (last > before) await setLastTurn(db, accountId, lane, last)
  return turns.length
}

interface InsertOrder {
  nowMs: number
  /** The turn of what ends work. */
  current: number
  /** The turn after which all others come. */
  before: number
}

/** Returns the turns of those that were added. */
async function insertEach(
  db: Db,
  items: readonly NewItem[],
  { nowMs, current, before }: InsertOrder,
): Promise<number[]> {
  const turns: number[] = []
  let next = before + 1
  for (const item of items) {
    const turn = item.isEnd ? current : next
    if (!(await insert(db, nowMs, item, turn))) continue
    turns.push(turn)
    if (!item.isEnd) next++
  }
  return turns
}

async function insert(db: Db, nowMs: number, item: NewItem, turn: number): Promise<boolean> {
  const { payloadJson, modelName, inputHash, inputBytes } = columnsOf(item)
  // Written out: a bucket has many thousands of items, and building each statement would take longer than executing it.
  const { numAffectedRows } = await sql`
    insert into item (
      account_id, kind, task_id, asset_id, key, state, lane, turn, attempt, failures, interruptions, is_alone,
      due_ms, payload_json, created_ms, model, input_hash, input_bytes)
    values (
      ${item.accountId}, ${item.kind}, ${item.taskId ?? null}, ${item.assetId ?? null}, ${item.key}, 'queued',
      ${item.lane}, ${turn}, 0, 0, 0, 0, ${item.dueMs}, ${payloadJson}, ${nowMs},
      ${modelName}, ${inputHash}, ${inputBytes})
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

/**
 * Does what `insertEach` does by one statement, because on PostgreSQL each is a way to the server and back. Turns go to
 * those that are new, so that who adds what is there already does not come later for it.
 */
async function insertTogether(
  db: Db,
  items: readonly NewItem[],
  { nowMs, current, before }: InsertOrder,
): Promise<number[]> {
  const [{ accountId, lane } = { accountId: '', lane: 0 }] = items
  const rows = items.map((item) => ({ ...item, ...columnsOf(item) }))
  const column = (valueOf: (item: NewItem & ItemColumns) => unknown, type: string) =>
    sql`cast(${rows.map(valueOf)} as ${sql.raw(type)}[])`
  const { rows: added } = await sql<{ turn: number }>`
    with given as (
      select *, row_number() over (partition by task_id, case when task_id is null then asset_id end, key order by place) as time
        from unnest(
          ${column(({ kind }) => kind, 'text')}, ${column(({ taskId }) => taskId ?? null, 'text')},
          ${column(({ assetId }) => assetId ?? null, 'text')}, ${column(({ key }) => key, 'text')},
          ${column(({ dueMs }) => dueMs, 'bigint')}, ${column(({ payloadJson }) => payloadJson, 'text')},
          ${column(({ modelName }) => modelName, 'text')}, ${column(({ inputHash }) => inputHash, 'text')},
          ${column(({ inputBytes }) => inputBytes, 'bigint')}, ${column(({ isEnd }) => isEnd === true, 'boolean')}
        ) with ordinality as given (
          kind, task_id, asset_id, key, due_ms, payload_json, model, input_hash, input_bytes, is_end, place)),
    new as (
      select *, ${before} + sum(case when is_end then 0 else 1 end) over (order by place) as next
        from given
       where (time = 1 or (task_id is null and asset_id is null))
         and not exists (select from item where item.task_id = given.task_id and item.key = given.key)
         and not exists (
           select from item
            where given.task_id is null and item.task_id is null
              and item.asset_id = given.asset_id and item.key = given.key))
    insert into item (
      account_id, kind, task_id, asset_id, key, state, lane, turn, attempt, failures, interruptions, is_alone,
      due_ms, payload_json, created_ms, model, input_hash, input_bytes)
    select ${accountId}, kind, task_id, asset_id, key, 'queued', ${lane},
           case when is_end then ${current} else next end, 0, 0, 0, 0,
           due_ms, payload_json, ${nowMs}, model, input_hash, input_bytes
      from new
     order by place
    on conflict do nothing
    returning turn`.execute(db)
  return added.map(({ turn }) => turn)
}

interface ItemColumns {
  payloadJson: string
  modelName: string
  inputHash: string | null
  inputBytes: number | null
}

function columnsOf({ payload, model, input }: NewItem): ItemColumns {
  const { input_hash: inputHash, input_bytes: inputBytes } = inputColumns(input)
  const modelName = model ? nameOfModel(model) : ''
  return { payloadJson: JSON.stringify(payload), modelName, inputHash, inputBytes }
}
