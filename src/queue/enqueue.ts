import { sql } from 'kysely'
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
  let turn = before
  let added = 0
  for (const item of items) {
    if (!(await insert(db, nowMs, item, item.isEnd ? current : turn + 1))) continue
    added++
    if (!item.isEnd) turn++
  }
  if (turn > before) await setLastTurn(db, accountId, lane, turn)
  return added
}

async function insert(db: Db, nowMs: number, item: NewItem, turn: number): Promise<boolean> {
  // Written out: a bucket has many thousands of items, and building each statement would take longer than executing it.
  const model = item.model ? nameOfModel(item.model) : ''
  const { input_hash: inputHash, input_bytes: inputBytes } = inputColumns(item.input)
  const { numAffectedRows } = await sql`
    insert into item (
      account_id, kind, task_id, asset_id, key, state, lane, turn, attempt, failures, interruptions, is_alone,
      due_ms, payload_json, created_ms, model, input_hash, input_bytes)
    values (
      ${item.accountId}, ${item.kind}, ${item.taskId ?? null}, ${item.assetId ?? null}, ${item.key}, 'queued',
      ${item.lane}, ${turn}, 0, 0, 0, 0, ${item.dueMs}, ${JSON.stringify(item.payload)}, ${nowMs},
      ${model}, ${inputHash}, ${inputBytes})
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}
