import { sql } from 'kysely'
import { MODALITIES, SCOPES, type Modality, type Scope } from '../domain/embedding.ts'
import type { Db } from '../domain/tables.ts'
import type { UserMetadata } from '../domain/task.ts'
import { modelIn, ROWS_A_FETCH, type Reading } from './reading.ts'
import { pagesOf } from './rowPages.ts'
import { float32Of } from './vectorBytes.ts'

/** The vectors of a set, or those of one task in it. */
export interface TaskSource {
  setId: number
  taskId?: string
}

/** A vector of a task as a search holds it. */
export interface TaskVectorRow {
  taskId: string
  assetId?: string
  scope: Scope
  modality: Modality
  /** As it is stored: with the two above it says which vector of the task this is. */
  position: number
  endMs: number
  /** Unit length. */
  vector: Float32Array
}

/** What has changed in a set, for those who hold its vectors in memory. */
export interface TaskChanges {
  /** What one holds when all of it is taken in: to be said when asking the next time. */
  version: number
  /** Of all vectors of the set. */
  dimension: number
  /** Present when vectors were removed: the tasks that still have some. Of others nothing counts any more. */
  remaining?: ReadonlySet<string>
  /** Tasks whose vectors come anew, all of them. */
  changed: ReadonlySet<string>
  /** In pages of about a megabyte, task by task. Each is read when it is asked for. */
  pages: AsyncIterable<readonly TaskVectorRow[]>
}

export interface TaskVectorsLoader {
  /**
   * Hands the changes of a set since a version (0: all of it) to `take`, which reads them before it ends. They are of
   * one moment, whatever is written meanwhile. False, and `take` is not called, when there is no such set.
   */
  taskChanges(
    source: TaskSource,
    sinceVersion: number,
    take: (changes: TaskChanges) => Promise<void>,
  ): Promise<boolean>
  /** The account's assets whose metadata `fits` says so of. */
  assetsWith(accountId: string, fits: (metadata: UserMetadata) => boolean): Promise<ReadonlySet<string>>
  /** How many chunks are searched of an embedded bucket, by the model that embedded them. */
  chunkCounts(bucketId: number): Promise<ChunkCount[]>
}

export interface ChunkCount {
  model: { id: string; revision: string }
  count: number
}

/** The part of the loader that reads the vectors of tasks. */
export const taskVectorsLoader = (reading: Reading): TaskVectorsLoader => ({
  taskChanges: (source, since, take) =>
    reading.oneMoment(async (db) => {
      const found = await db
        .selectFrom('vector_set')
        .select(['version', 'removed_version', 'dimension'])
        .where('id', '=', source.setId)
        .executeTakeFirst()
      if (!found) return false
      const { version, removed_version: removedVersion, dimension } = found
      await take({
        version,
        dimension,
        ...(since > 0 && removedVersion > since && { remaining: await tasksSince(db, source, -1) }),
        changed: await tasksSince(db, source, since),
        pages: pagesOf(vectorsSince(db, source, since), (row) => ({
          entry: rowOf(row),
          sizeBytes: row.vector.length,
        })),
      })
      return true
    }),
  async assetsWith(accountId, fits) {
    const found = new Set<string>()
    const assets = reading.db
      .selectFrom('asset')
      .select(['id', 'user_metadata_json'])
      .where('account_id', '=', accountId)
      .where('user_metadata_json', 'is not', null)
      .stream(ROWS_A_FETCH)
    for await (const { id, user_metadata_json: json } of assets)
      if (json !== null && fits(JSON.parse(json) as UserMetadata)) found.add(id)
    return found
  },
  async chunkCounts(bucketId) {
    const model = modelIn('settings_json')
    const rows = await reading.db
      .selectFrom('bucket_file')
      .select((row) => [
        model.id.as('id'),
        model.revision.as('revision'),
        row.fn.sum<number>('chunk_count').as('count'),
      ])
      .where('bucket_id', '=', bucketId)
      .where('chunk_count', '>', 0)
      .groupBy([model.id, model.revision])
      .orderBy('id')
      .orderBy('revision')
      .execute()
    return rows.map(({ count, ...pin }) => ({ model: pin, count }))
  },
})

/** What a source has that changed after a version of its set. */
function changedSince(db: Db, { setId, taskId }: TaskSource, since: number) {
  const changed = db
    .selectFrom('task_vectors')
    .where('task_vectors.set_id', '=', setId)
    .where('task_vectors.version', '>', since)
  return taskId === undefined ? changed : changed.where('task_vectors.task_id', '=', taskId)
}

async function tasksSince(db: Db, source: TaskSource, since: number): Promise<Set<string>> {
  const rows = await changedSince(db, source, since).select('task_vectors.task_id as id').execute()
  return new Set(rows.map(({ id }) => id))
}

const vectorsSince = (db: Db, source: TaskSource, since: number): AsyncIterable<Row> =>
  changedSince(db, source, since)
    .innerJoin('vector_set', 'vector_set.id', 'task_vectors.set_id')
    .innerJoin('task', 'task.id', 'task_vectors.task_id')
    .innerJoin('embedding', (join) =>
      join.onRef('embedding.task_id', '=', 'task.id').onRef('embedding.space', '=', 'vector_set.space'),
    )
    .select(['task.id as task_id', 'task.asset_id', 'embedding.scope_order', 'embedding.position'])
    .select(['embedding.modality_order', 'embedding.end_ms', 'embedding.vector'])
    .where(sql<boolean>`length(embedding.vector) = 4 * vector_set.dimension`)
    .orderBy('task_vectors.version')
    .stream(ROWS_A_FETCH)

interface Row {
  task_id: string
  asset_id: string | null
  scope_order: number
  position: number
  modality_order: number
  end_ms: number
  vector: Uint8Array
}

function rowOf(row: Row): TaskVectorRow {
  const scope = SCOPES[row.scope_order]
  const modality = MODALITIES[row.modality_order]
  if (!scope || !modality) throw new Error('a vector has a scope or a modality that is not known')
  return {
    taskId: row.task_id,
    ...(row.asset_id !== null && { assetId: row.asset_id }),
    scope,
    modality,
    position: row.position,
    endMs: row.end_ms,
    vector: float32Of(row.vector),
  }
}
