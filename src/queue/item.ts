import type { Selectable } from 'kysely'
import type { ItemKind, ItemRow } from '../domain/tables.ts'

/** The fence: a result is written only while the item is still in this attempt of this worker. */
export interface Hold {
  id: number
  attempt: number
  worker: string
}

/** What an item is about, whoever holds it. Payload and progress are opaque to the queue. */
export interface Item {
  id: number
  kind: ItemKind
  accountId: string
  taskId?: string
  assetId?: string
  payload: unknown
}

type ItemColumns = Pick<
  Selectable<ItemRow>,
  'id' | 'kind' | 'account_id' | 'task_id' | 'asset_id' | 'payload_json'
>

export const ITEM_COLUMNS = ['id', 'kind', 'account_id', 'task_id', 'asset_id', 'payload_json'] as const

export const itemOf = (row: ItemColumns): Item => ({
  id: row.id,
  kind: row.kind,
  accountId: row.account_id,
  ...(row.task_id !== null && { taskId: row.task_id }),
  ...(row.asset_id !== null && { assetId: row.asset_id }),
  payload: JSON.parse(row.payload_json) as unknown,
})
