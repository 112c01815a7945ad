import { sql } from 'kysely'
import type { Warning } from '../domain/embedding.ts'
import type { Db, EmbeddingRow } from '../domain/tables.ts'
import type { TaskPlan } from '../domain/taskPlan.ts'
import { addWarnings } from './tasks.ts'
import { makeVectorCounts } from './vectorCounts.ts'
import { countVectors } from './vectorSets.ts'

/** A task whose vectors are those that another one asks for. */
export interface Donor {
  id: string
  embeddingCount: number
  textTokens: number
  mediaMs?: number
  warnings: readonly Warning[]
}

/** The newest task of the account that is ready and has all vectors that follow from `reuseKey`. */
export async function findDonor(
  db: Db,
  accountId: string,
  { reuseKey, nowMs }: { reuseKey: string; nowMs: number },
): Promise<Donor | undefined> {
  const row = await db
    .selectFrom('task')
    .select(['id', 'embedding_count', 'text_tokens', 'media_total_ms', 'warnings_json'])
    .where('account_id', '=', accountId)
    .where('reuse_key', '=', reuseKey)
    .where('state', '=', 'ready')
    .where('expires_ms', '>', nowMs)
    .where('removed_ms', 'is', null)
    .orderBy('created_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      embeddingCount: row.embedding_count,
      textTokens: row.text_tokens,
      ...(row.media_total_ms !== null && { mediaMs: row.media_total_ms }),
      warnings: JSON.parse(row.warnings_json) as Warning[],
    }
  )
}

/** Where among the vectors of a task one stands. */
export type EmbeddingPlace = Pick<EmbeddingRow, 'scope_order' | 'position' | 'modality_order'>

export interface Copy {
  from: string
  to: string
  /** Absent: from the first on. */
  after?: EmbeddingPlace
  limit: number
}

/**
 * Copies the next vectors of one task to another; those that are there already stay as they are. Returns how many were
 * added, and the place to go on after; no place: there are no more.
 */
export async function copyEmbeddings(
  db: Db,
  { from, to, after = BEFORE_ALL, limit }: Copy,
): Promise<{ count: number; last?: EmbeddingPlace }> {
  const place = sql`(scope_order, position, modality_order)`
  const begin = sql`(${after.scope_order}, ${after.position}, ${after.modality_order})`
  const { rows } = await sql<EmbeddingPlace>`
    select scope_order, position, modality_order from embedding
     where task_id = ${from} and ${place} > ${begin}
     order by scope_order, position, modality_order
     limit ${limit}`.execute(db)
  const last = rows.at(-1)
  if (!last) return { count: 0 }
  const end = sql`(${last.scope_order}, ${last.position}, ${last.modality_order})`
  const counts = makeVectorCounts()
  const copied = await sql<{ space: string; bytes: number }>`
    insert into embedding (
      task_id, scope_order, position, modality_order, end_ms, space, vector, uncertainty)
    select ${to}, scope_order, position, modality_order, end_ms, space, vector, uncertainty from embedding
     where task_id = ${from} and ${place} > ${begin} and ${place} <= ${end}
    on conflict do nothing
    returning space, length(vector) as bytes`.execute(db)
  counts.add(copied.rows)
  await countVectors(db, to, counts)
  return { count: counts.total(), last }
}

const BEFORE_ALL: EmbeddingPlace = { scope_order: -1, position: 0, modality_order: 0 }

export interface Reused {
  plan: TaskPlan
  reuseKey: string
  donor: Donor
  nowMs: number
}

/** Keeps where the vectors of a task come from, and counts what went into them as the donor did. */
export async function setReused(db: Db, id: string, { plan, reuseKey, donor, nowMs }: Reused): Promise<void> {
  await db
    .updateTable('task')
    .set({
      plan_json: JSON.stringify(plan),
      reuse_key: reuseKey,
      reused_from: donor.id,
      text_tokens: donor.textTokens,
      media_total_ms: donor.mediaMs ?? null,
      media_done_ms: donor.mediaMs ?? 0,
      updated_ms: nowMs,
    })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .execute()
  await addWarnings(db, id, donor.warnings)
}
