import type { Selectable } from 'kysely'
import type { BatchStretchRow, Db } from '../domain/tables.ts'

/** Neighbouring lines of the file of a batch. */
export interface Stretch {
  ordinal: number
  /** From 1. */
  firstLine: number
  requestCount: number
  startByte: number
  /** The first byte that is not of it. */
  endByte: number
  /** SHA-256 of these bytes, hex; absent of a batch from before it was kept. */
  inputHash?: string
}

/** What came of a stretch, in stored bytes: first the lines of what is done, then those of the others. */
export interface StretchOutcome {
  /** SHA-256, hex. */
  hash: string
  doneBytes: number
  failedBytes: number
}

/** Adds stretches; those that are there already stay as they are. */
export async function insertStretches(db: Db, taskId: string, stretches: readonly Stretch[]): Promise<void> {
  const rows = stretches.map((stretch): BatchStretchRow => ({
    task_id: taskId,
    ordinal: stretch.ordinal,
    first_line: stretch.firstLine,
    request_count: stretch.requestCount,
    start_byte: stretch.startByte,
    end_byte: stretch.endByte,
    input_hash: stretch.inputHash ?? null,
    object_hash: null,
    done_bytes: 0,
    failed_bytes: 0,
  }))
  await db
    .insertInto('batch_stretch')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['task_id', 'ordinal']).doNothing())
    .execute()
}

export async function getStretch(db: Db, taskId: string, ordinal: number): Promise<Stretch | undefined> {
  const row = await db
    .selectFrom('batch_stretch')
    .selectAll()
    .where('task_id', '=', taskId)
    .where('ordinal', '=', ordinal)
    .executeTakeFirst()
  return row && stretchOf(row)
}

/** Keeps what came of a stretch; the caller has added the reference to the bytes. */
export async function setOutcome(
  db: Db,
  taskId: string,
  { ordinal, outcome }: { ordinal: number; outcome: StretchOutcome },
): Promise<void> {
  await db
    .updateTable('batch_stretch')
    .set({
      object_hash: outcome.hash,
      done_bytes: outcome.doneBytes,
      failed_bytes: outcome.failedBytes,
    })
    .where('task_id', '=', taskId)
    .where('ordinal', '=', ordinal)
    .execute()
}

/** Stretches in the order of the file, each with what came of it; at most `limit` after one of them. */
export async function stretchesAfter(
  db: Db,
  taskId: string,
  { after, limit }: { after: number; limit: number },
): Promise<(Stretch & { outcome?: StretchOutcome })[]> {
  const rows = await db
    .selectFrom('batch_stretch')
    .selectAll()
    .where('task_id', '=', taskId)
    .where('ordinal', '>', after)
    .orderBy('ordinal')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...stretchOf(row),
    ...(row.object_hash !== null && {
      outcome: { hash: row.object_hash, doneBytes: row.done_bytes, failedBytes: row.failed_bytes },
    }),
  }))
}

/** Forgets where the outcome of a stretch is. True when it was known: the caller drops the reference. */
export async function clearOutcome(db: Db, taskId: string, ordinal: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('batch_stretch')
    .set({ object_hash: null })
    .where('task_id', '=', taskId)
    .where('ordinal', '=', ordinal)
    .where('object_hash', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const stretchOf = (row: Selectable<BatchStretchRow>): Stretch => ({
  ordinal: row.ordinal,
  firstLine: row.first_line,
  requestCount: row.request_count,
  startByte: row.start_byte,
  endByte: row.end_byte,
  ...(row.input_hash !== null && { inputHash: row.input_hash }),
})
