import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'

// What the janitor would remove. Numbers of bytes are of what is stored, without what a database keeps around it; where
// looking at every vector would take long, the first one stands for all.

export interface Leftover {
  count: number
  bytes: number
}

/** Tasks past their retention, with their vectors and the input that nobody else refers to. */
export async function expiredTaskBytes(db: Db, nowMs: number): Promise<Leftover> {
  const { rows } = await sql<Leftover>`
    select count(*) as count,
           coalesce(sum(
             embedding_count * coalesce(
               (select length(vector) from embedding where embedding.task_id = task.id limit 1), 0)
             + coalesce(
               (select size_bytes from object
                 where object.account_id = task.account_id and object.hash = task.object_hash
                   and reference_count = 1 and task.holds_object = 1), 0)), 0) as bytes
      from task where expires_ms <= ${nowMs}`.execute(db)
  return rows[0] ?? NOTHING
}

/** Assets that came before a time, with the bytes that nobody else refers to. */
export async function oldAssetBytes(db: Db, untilMs: number): Promise<Leftover> {
  const { rows } = await sql<Leftover>`
    select count(*) as count,
           coalesce(sum(coalesce(
             (select object.size_bytes from object
               where object.account_id = asset.account_id and object.hash = asset.object_hash
                 and reference_count = 1), 0)), 0) as bytes
      from asset where created_ms <= ${untilMs} and state <> 'processing'`.execute(db)
  return rows[0] ?? NOTHING
}

/** Files of batches whose time is over, with the bytes that nobody else refers to. */
export async function expiredFileBytes(db: Db, nowMs: number): Promise<Leftover> {
  const { rows } = await sql<Leftover>`
    select count(*) as count,
           coalesce(sum(coalesce(
             (select object.size_bytes from object
               where object.account_id = account_file.account_id and object.hash = account_file.object_hash
                 and reference_count = 1), 0)), 0) as bytes
      from account_file where expires_ms <= ${nowMs}`.execute(db)
  return rows[0] ?? NOTHING
}

/** Answers that are not given again any more. */
export async function oldAnswerBytes(db: Db, untilMs: number): Promise<Leftover> {
  const { rows } = await sql<Leftover>`
    select count(*) as count, coalesce(sum(length(body)), 0) as bytes
      from idempotency where created_ms <= ${untilMs}`.execute(db)
  return rows[0] ?? NOTHING
}

/** Files of embeddings of buckets that nobody sees any more. */
export async function hiddenFileBytes(db: Db): Promise<Leftover> {
  const { rows } = await sql<Leftover>`
    select count(*) as count,
           coalesce(sum(chunk_count * coalesce(
             (select length(vector) + length(text) from chunk where chunk.file_id = bucket_file.id limit 1),
             0)), 0) as bytes
      from bucket_file
     where bucket_id in (select id from embedded_bucket where removed_ms is not null)`.execute(db)
  return rows[0] ?? NOTHING
}

/** Uploads that still take parts and whose time is over, with the parts that came. */
export async function overdueUploadBytes(db: Db, nowMs: number): Promise<Leftover> {
  const { rows } = await sql<Leftover>`
    select count(*) as count,
           coalesce(sum(
             (select coalesce(sum(size_bytes), 0) from upload_part where upload_id = upload.id)), 0) as bytes
      from upload where state = 'active' and expires_ms <= ${nowMs}`.execute(db)
  return rows[0] ?? NOTHING
}

const NOTHING: Leftover = { count: 0, bytes: 0 }
