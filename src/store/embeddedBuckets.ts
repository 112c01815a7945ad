import type { Db, EmbeddedBucketRow } from '../domain/tables.ts'
import type { BucketSettings, EmbeddedBucket } from '../domain/task.ts'

/** An account's embedding of a bucket, with what only the verbs need to know. */
export interface BucketEmbedding extends EmbeddedBucket {
  id: number
  /** Raised by every change that a search can see. */
  version: number
}

const ofAccount = (db: Db, accountId: string) =>
  db.selectFrom('embedded_bucket').where('account_id', '=', accountId).where('removed_ms', 'is', null)

/** What the account has of the bucket. */
export async function getEmbedding(
  db: Db,
  accountId: string,
  bucket: string,
): Promise<BucketEmbedding | undefined> {
  const row = await ofAccount(db, accountId).selectAll().where('bucket', '=', bucket).executeTakeFirst()
  return row && embeddingOf(row)
}

/** All that the account has of buckets, by their names. */
export async function listEmbeddings(db: Db, accountId: string): Promise<BucketEmbedding[]> {
  const rows = await ofAccount(db, accountId).selectAll().orderBy('bucket').execute()
  return rows.map(embeddingOf)
}

export interface NewEmbedding {
  accountId: string
  bucket: string
  settings: BucketSettings
  modelName: string
  nowMs: number
}

/** Adds an embedding without files. The account must have none of that bucket. */
export async function insertEmbedding(db: Db, embedding: NewEmbedding): Promise<BucketEmbedding> {
  const row = await db
    .insertInto('embedded_bucket')
    .values({
      account_id: embedding.accountId,
      bucket: embedding.bucket,
      settings_json: JSON.stringify(embedding.settings),
      model_name: embedding.modelName,
      version: 0,
      removed_ms: null,
      created_ms: embedding.nowMs,
      updated_ms: embedding.nowMs,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return embeddingOf(row)
}

/** Keeps with which settings files are embedded from now on. */
export async function setSettings(
  db: Db,
  id: number,
  { settings, modelName, nowMs }: Pick<NewEmbedding, 'settings' | 'modelName' | 'nowMs'>,
): Promise<void> {
  await db
    .updateTable('embedded_bucket')
    .set({ settings_json: JSON.stringify(settings), model_name: modelName, updated_ms: nowMs })
    .where('id', '=', id)
    .execute()
}

/** The number of a change that a search will see: greater than that of any before. Undefined when nobody sees it. */
export async function nextVersion(db: Db, id: number, nowMs: number): Promise<number | undefined> {
  const row = await db
    .updateTable('embedded_bucket')
    .set((row) => ({ version: row('version', '+', 1), updated_ms: nowMs }))
    .where('id', '=', id)
    .where('removed_ms', 'is', null)
    .returning('version')
    .executeTakeFirst()
  return row?.version
}

/** From now on the account has nothing of the bucket. False when it had nothing. */
export async function hideEmbedding(
  db: Db,
  accountId: string,
  bucket: string,
  nowMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('embedded_bucket')
    .set({ removed_ms: nowMs })
    .where('account_id', '=', accountId)
    .where('bucket', '=', bucket)
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Embeddings that nobody sees any more and whose rows are still there. */
export async function hiddenEmbeddings(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('embedded_bucket')
    .select('id')
    .where('removed_ms', 'is not', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** Removes the row of an embedding whose files are gone. */
export async function removeEmbedding(db: Db, id: number): Promise<void> {
  await db.deleteFrom('embedded_bucket').where('id', '=', id).execute()
}

const embeddingOf = (row: Omit<EmbeddedBucketRow, 'id'> & { id: number }): BucketEmbedding => ({
  id: row.id,
  bucket: row.bucket,
  settings: JSON.parse(row.settings_json) as BucketSettings,
  modelName: row.model_name,
  version: row.version,
  createdMs: row.created_ms,
  updatedMs: row.updated_ms,
})
