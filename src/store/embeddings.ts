import { sql } from 'kysely'
import { MODALITIES, SCOPES, type Modality, type Space } from '../domain/embedding.ts'
import type { Db, EmbeddingRow } from '../domain/tables.ts'
import type { PartPlace, PartVector } from '../domain/partWork.ts'
import type { Clip } from '../domain/sliceWork.ts'
import { pagePosition } from './position.ts'
import { modalityAt } from './storedVectors.ts'
import { bytesOf, float64Of } from './vectorBytes.ts'
import { makeVectorCounts, VECTOR_BYTES, type VectorCounts } from './vectorCounts.ts'
import { countVectors, forgetVectors } from './vectorSets.ts'

const ROWS_A_STATEMENT = 100

/** Adds the vectors of clips. Those that are there already stay as they are. Returns how many were added. */
export const insertClips = (db: Db, taskId: string, clips: readonly Clip[]): Promise<number> =>
  insertRows(
    db,
    taskId,
    clips.flatMap(({ startSec, endSec, vectors }) =>
      vectors.map(({ modality, space, vector, uncertainty }) => ({
        task_id: taskId,
        scope_order: SCOPES.indexOf('clip'),
        position: Math.round(startSec * 1000),
        modality_order: MODALITIES.indexOf(modality),
        end_ms: Math.round(endSec * 1000),
        space,
        vector: bytesOf(vector),
        uncertainty: uncertainty ? bytesOf(uncertainty) : null,
      })),
    ),
  )

export interface AssetVector {
  modality: Modality
  space: Space
  /** End of what went into it, milliseconds from the start of the file. */
  endMs: number
  /** Unit length. */
  vector: Float32Array
}

/**
 * Writes the vectors of the whole asset, which begin at `startMs`, in the place of those that were made of less of it.
 * Returns how many there are more than before.
 */
export async function replaceAssetVectors(
  db: Db,
  taskId: string,
  startMs: number,
  vectors: readonly AssetVector[],
): Promise<number> {
  const rows = vectors.map(({ modality, space, endMs, vector }) => ({
    task_id: taskId,
    scope_order: SCOPES.indexOf('asset'),
    position: startMs,
    modality_order: MODALITIES.indexOf(modality),
    end_ms: endMs,
    space,
    vector: bytesOf(vector),
    uncertainty: null,
  }))
  const counts = makeVectorCounts()
  for (const { scope_order: scope, position, modality_order: modality } of rows) {
    const removed = await db
      .deleteFrom('embedding')
      .where('task_id', '=', taskId)
      .where('scope_order', '=', scope)
      .where('position', '=', position)
      .where('modality_order', '=', modality)
      .returning(['space', VECTOR_BYTES])
      .execute()
    counts.subtract(removed)
  }
  return insertRows(db, taskId, rows, counts)
}

/** Adds vectors of parts of a picture or a document. Those that are there already stay as they are. Returns how many were added. */
export const insertParts = (db: Db, taskId: string, vectors: readonly PartVector[]): Promise<number> =>
  insertRows(
    db,
    taskId,
    vectors.map(({ modality, space, vector, uncertainty, place }) => ({
      task_id: taskId,
      scope_order: SCOPES.indexOf(place.scope),
      position: positionOf(place),
      modality_order: MODALITIES.indexOf(modality),
      end_ms: 0,
      space,
      vector: bytesOf(vector),
      uncertainty: uncertainty ? bytesOf(uncertainty) : null,
    })),
  )

function positionOf(place: PartPlace): number {
  if (place.scope === 'page') return pagePosition(place.page, place.quadrant)
  return place.scope === 'chunk' ? place.chunk : 0
}

async function insertRows(
  db: Db,
  taskId: string,
  rows: readonly EmbeddingRow[],
  counts: VectorCounts = makeVectorCounts(),
): Promise<number> {
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT)
    counts.add(
      await db
        .insertInto('embedding')
        .values(rows.slice(from, from + ROWS_A_STATEMENT))
        .onConflict((conflict) => conflict.doNothing())
        .returning(['space', VECTOR_BYTES])
        .execute(),
    )
  await countVectors(db, taskId, counts)
  return counts.total()
}

/** Of one slice and modality: the sum of its clips' vectors, each times its duration in seconds. */
export interface StoredSum {
  modality: Modality
  space: Space
  weightSec: number
  /** End of the last clip that has the modality, milliseconds from the start of the file. */
  endMs: number
  sum: Float64Array
}

/** Adds the sums of one slice. Those that are there already stay as they are. */
export async function insertSums(
  db: Db,
  taskId: string,
  sliceIndex: number,
  sums: readonly StoredSum[],
): Promise<void> {
  for (const { modality, space, weightSec, endMs, sum } of sums)
    await db
      .insertInto('modality_sum')
      .values({
        task_id: taskId,
        slice_index: sliceIndex,
        modality_order: MODALITIES.indexOf(modality),
        space,
        weight_sec: weightSec,
        end_ms: endMs,
        sum: bytesOf(sum),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

/** The sums of all slices of a task, in the order of slices and modalities. */
export async function readSums(db: Db, taskId: string): Promise<StoredSum[]> {
  const rows = await db
    .selectFrom('modality_sum')
    .selectAll()
    .where('task_id', '=', taskId)
    .orderBy('slice_index')
    .orderBy('modality_order')
    .execute()
  return rows.map((row) => ({
    modality: modalityAt(row.modality_order),
    space: row.space,
    weightSec: row.weight_sec,
    endMs: row.end_ms,
    sum: float64Of(row.sum),
  }))
}

/**
 * Removes at most `limit` vectors of a task, the sums last; no search finds any of them from the first time on. Returns
 * how many; 0: there is none left.
 */
export async function removeEmbeddings(db: Db, taskId: string, limit: number): Promise<number> {
  await forgetVectors(db, taskId)
  const embeddings = await removeRows(db, 'embedding', EMBEDDING_KEY, { taskId, limit })
  if (embeddings === limit) return limit
  return embeddings + (await removeRows(db, 'modality_sum', SUM_KEY, { taskId, limit: limit - embeddings }))
}

const EMBEDDING_KEY = ['task_id', 'scope_order', 'position', 'modality_order']
const SUM_KEY = ['task_id', 'slice_index', 'modality_order']

async function removeRows(
  db: Db,
  table: 'embedding' | 'modality_sum',
  columns: readonly string[],
  { taskId, limit }: { taskId: string; limit: number },
): Promise<number> {
  const from = sql.table(table)
  const key = sql.join(columns.map((column) => sql.ref(column)))
  const { numAffectedRows } = await sql`
    delete from ${from}
     where (${key}) in (select ${key} from ${from} where task_id = ${taskId} limit ${limit})`.execute(db)
  return Number(numAffectedRows ?? 0)
}
