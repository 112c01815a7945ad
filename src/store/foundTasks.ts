import type { TaskState } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { UserMetadata } from '../domain/task.ts'

/** What is told of a task whose vectors a search found. */
export interface FoundTask {
  id: string
  state: TaskState
  filename?: string
  assetId?: string
  /** Absent: the task has no asset, or it was deleted. */
  asset?: FoundAsset
}

export interface FoundAsset {
  id: string
  filename: string
  mimeType: string
  userMetadata?: UserMetadata
}

/** Of these tasks those that have vectors in the set now. */
export async function readFound(db: Db, setId: number, taskIds: readonly string[]): Promise<FoundTask[]> {
  if (taskIds.length === 0) return []
  const rows = await db
    .selectFrom('task_vectors')
    .innerJoin('task', 'task.id', 'task_vectors.task_id')
    .leftJoin('asset', (join) =>
      join.onRef('asset.id', '=', 'task.asset_id').onRef('asset.account_id', '=', 'task.account_id'),
    )
    .select(['task.id', 'task.state', 'task.filename', 'task.asset_id'])
    .select(['asset.filename as asset_filename', 'mime_type', 'user_metadata_json'])
    .where('set_id', '=', setId)
    .where('task_id', 'in', taskIds)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    ...(row.filename !== null && { filename: row.filename }),
    ...(row.asset_id !== null && { assetId: row.asset_id }),
    ...(row.asset_id !== null && row.asset_filename !== null && { asset: assetOf(row, row.asset_id) }),
  }))
}

interface AssetColumns {
  asset_filename: string | null
  mime_type: string | null
  user_metadata_json: string | null
}

const assetOf = (row: AssetColumns, id: string): FoundAsset => ({
  id,
  filename: row.asset_filename ?? '',
  mimeType: row.mime_type ?? '',
  ...(row.user_metadata_json !== null && {
    userMetadata: JSON.parse(row.user_metadata_json) as UserMetadata,
  }),
})

/** Of these ids those that are tasks of media of the account. */
export async function knownTasks(
  db: Db,
  accountId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('task')
    .select('id')
    .where('id', 'in', ids)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'media')
    .where('removed_ms', 'is', null)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Of these ids those that are assets of the account. */
export async function knownAssets(
  db: Db,
  accountId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('asset')
    .select('id')
    .where('id', 'in', ids)
    .where('account_id', '=', accountId)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** The account's tasks of these assets, newest first. */
export async function tasksOfAssets(
  db: Db,
  accountId: string,
  assetIds: readonly string[],
): Promise<string[]> {
  const rows = await db
    .selectFrom('task')
    .select('id')
    .where('asset_id', 'in', assetIds)
    .where('account_id', '=', accountId)
    .where('removed_ms', 'is', null)
    .orderBy('created_ms', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map(({ id }) => id)
}
