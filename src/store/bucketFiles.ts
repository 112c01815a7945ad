import { sql } from 'kysely'
import { failureColumns, failureOf } from '../domain/failure.ts'
import type { BucketFileRow, Db } from '../domain/tables.ts'
import type { BucketFile, BucketSettings, Failure, FileState } from '../domain/task.ts'

/** The key of the item that embeds a file, within its task. */
export const fileItemKey = (fileId: number): string => `file:${fileId}`

/** What is known of a file, for comparing it with what is listed now. */
export interface KnownFile {
  id: number
  key: string
  state: BucketFileRow['state']
  sizeBytes: number
  changeToken: string
  /** BucketSettings with which it was embedded, as JSON. */
  settingsJson: string | null
}

/** Those of the files that have been listed before. */
export async function knownFiles(db: Db, bucketId: number, keys: readonly string[]): Promise<KnownFile[]> {
  const rows = await db
    .selectFrom('bucket_file')
    .select(['id', 'key', 'state', 'size_bytes', 'change_token', 'settings_json'])
    .where('bucket_id', '=', bucketId)
    .where('key', 'in', keys)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    state: row.state,
    sizeBytes: row.size_bytes,
    changeToken: row.change_token,
    settingsJson: row.settings_json,
  }))
}

export interface ListedFile {
  key: string
  sizeBytes: number
}

const ROWS_A_STATEMENT = 100

/** Adds files that were never listed, to be embedded by the task. Returns their ids with their keys. */
export async function insertFiles(
  db: Db,
  bucketId: number,
  files: readonly ListedFile[],
  { taskId, nowMs }: { taskId: string; nowMs: number },
): Promise<{ id: number; key: string }[]> {
  const added = []
  for (let from = 0; from < files.length; from += ROWS_A_STATEMENT)
    added.push(
      ...(await db
        .insertInto('bucket_file')
        .values(
          files.slice(from, from + ROWS_A_STATEMENT).map(({ key, sizeBytes }) => ({
            bucket_id: bucketId,
            key,
            state: 'queued' as const,
            size_bytes: sizeBytes,
            change_token: '',
            generation: 0,
            chunk_count: 0,
            version: 0,
            seen_task_id: taskId,
            created_ms: nowMs,
            updated_ms: nowMs,
          })),
        )
        .returning(['id', 'key'])
        .execute()),
    )
  return added
}

/** Files that were listed again and are to be embedded anew. What is embedded of them stays searchable. */
export async function queueFiles(
  db: Db,
  ids: readonly number[],
  { taskId, nowMs }: { taskId: string; nowMs: number },
): Promise<void> {
  if (ids.length === 0) return
  await db
    .updateTable('bucket_file')
    .set({ state: 'queued', seen_task_id: taskId, ...failureColumns(undefined), updated_ms: nowMs })
    .where('id', 'in', ids)
    .execute()
}

/** Files that were listed again, unchanged. */
export async function seeFiles(db: Db, ids: readonly number[], taskId: string): Promise<void> {
  if (ids.length === 0) return
  await db.updateTable('bucket_file').set({ seen_task_id: taskId }).where('id', 'in', ids).execute()
}

/** True as long as it is this task that may write of the file; for a transaction that does. */
export async function isOwnFile(db: Db, id: number, taskId: string): Promise<boolean> {
  const row = await db
    .selectFrom('bucket_file')
    .innerJoin('embedded_bucket', 'embedded_bucket.id', 'bucket_file.bucket_id')
    .select('bucket_file.id')
    .where('bucket_file.id', '=', id)
    .where('seen_task_id', '=', taskId)
    .where('state', '<>', 'gone')
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** The keys of these files, by their ids. */
export async function fileKeys(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('bucket_file').select(['id', 'key']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, key }) => [id, key]))
}

/** What the work on a file needs to know of it and of its task. */
export interface FileWork {
  id: number
  key: string
  taskId: string
  /** As the operator's storage knows the account. */
  accountName: string
  bucket: string
  bucketId: number
  settings: BucketSettings
  /** The same as it is stored. */
  settingsJson: string
  /** Which chunks are searched. */
  generation: number
  /** True when an attempt that was cut off has left chunks of the next generation. */
  hasLeftovers: boolean
}

interface FileWorkRow {
  key: string
  name: string
  bucket: string
  bucket_id: number
  request_json: string
  generation: number
  has_leftovers: number | boolean
}

/** The file, as long as it is this task that may write of it. */
export async function fileWork(db: Db, id: number, taskId: string): Promise<FileWork | undefined> {
  // Written out for the same reason as `finishFile`.
  const { rows } = await sql<FileWorkRow>`
    select bucket_file.key, account.name, embedded_bucket.bucket, bucket_file.bucket_id, task.request_json,
           bucket_file.generation,
           exists (
             select 1 from chunk
              where chunk.file_id = bucket_file.id and chunk.generation > bucket_file.generation) as has_leftovers
      from bucket_file
      join embedded_bucket on embedded_bucket.id = bucket_file.bucket_id and embedded_bucket.removed_ms is null
      join task on task.id = bucket_file.seen_task_id
      join account on account.id = task.account_id
     where bucket_file.id = ${id} and bucket_file.seen_task_id = ${taskId} and bucket_file.state <> 'gone'`.execute(
    db,
  )
  const [row] = rows
  return row && fileWorkOf(row, id, taskId)
}

const fileWorkOf = (row: FileWorkRow, id: number, taskId: string): FileWork => ({
  id,
  key: row.key,
  taskId,
  accountName: row.name,
  bucket: row.bucket,
  bucketId: row.bucket_id,
  settings: JSON.parse(row.request_json) as BucketSettings,
  settingsJson: row.request_json,
  generation: row.generation,
  hasLeftovers: Boolean(row.has_leftovers),
})

export interface EmbeddedFile {
  /** The generation of its new chunks, all of which are written. */
  generation: number
  chunkCount: number
  /** Of the bucket, raised for this change. */
  version: number
  sizeBytes: number
  changeToken: string
  checksum: string
  /** BucketSettings. */
  settingsJson: string
  nowMs: number
}

/**
 * The file is embedded: from this commit on its new chunks are searched and the old ones are not. False, and nothing is
 * changed, when a later task has listed it, or it is gone.
 */
export async function finishFile(db: Db, id: number, taskId: string, file: EmbeddedFile): Promise<boolean> {
  // Written out, because it runs for each of many thousands of files: building it would take longer than executing it.
  const { numAffectedRows } = await sql`
    update bucket_file
       set state = 'done', generation = ${file.generation}, chunk_count = ${file.chunkCount},
           version = ${file.version}, size_bytes = ${file.sizeBytes}, change_token = ${file.changeToken},
           checksum = ${file.checksum}, settings_json = ${file.settingsJson}, error_code = null,
           error_message = null, updated_ms = ${file.nowMs}, last_embedded_ms = ${file.nowMs}
     where id = ${id} and seen_task_id = ${taskId} and state <> 'gone'`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

/** These files could not be embedded by this task. What is embedded of them from before stays searchable. */
export async function failFiles(
  db: Db,
  ids: readonly number[],
  { taskId, failure, nowMs }: { taskId: string; failure: Failure; nowMs: number },
): Promise<void> {
  await db
    .updateTable('bucket_file')
    .set({ state: 'failed', ...failureColumns(failure), updated_ms: nowMs })
    .where('id', 'in', ids)
    .where('seen_task_id', '=', taskId)
    .where('state', '<>', 'gone')
    .execute()
}

/** True when the bucket has chunks that are searched. */
export async function hasChunks(db: Db, bucketId: number): Promise<boolean> {
  const row = await db
    .selectFrom('bucket_file')
    .select('id')
    .where('bucket_id', '=', bucketId)
    .where('chunk_count', '>', 0)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** A page of the files of a bucket, in the order of the UTF-8 bytes of their keys. */
export async function listFiles(
  db: Db,
  bucketId: number,
  { after, limit }: { after: string; limit: number },
): Promise<BucketFile[]> {
  const rows = await db
    .selectFrom('bucket_file')
    .selectAll()
    .select((file) =>
      // Nobody writes down that the work on a file has begun: its item says so.
      file
        .exists(
          file
            .selectFrom('item')
            .select('item.id')
            .whereRef('item.task_id', '=', 'bucket_file.seen_task_id')
            .where('item.key', '=', sql<string>`'file:' || bucket_file.id`)
            .where('item.state', '=', 'running'),
        )
        .as('is_running'),
    )
    .where('bucket_id', '=', bucketId)
    .where('key', '>', after)
    .where('state', '<>', 'gone')
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map((row) => fileOf(row, Boolean(row.is_running)))
}

function fileOf(row: Omit<BucketFileRow, 'id'>, isRunning: boolean): BucketFile {
  const failure = failureOf(row)
  return {
    key: row.key,
    // What is gone is not listed.
    state: row.state === 'queued' && isRunning ? 'processing' : (row.state as FileState),
    sizeBytes: row.size_bytes,
    ...(row.checksum !== null && { checksum: row.checksum }),
    chunkCount: row.chunk_count,
    ...(failure && { failure }),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.last_embedded_ms !== null && { lastEmbeddedMs: row.last_embedded_ms }),
  }
}
