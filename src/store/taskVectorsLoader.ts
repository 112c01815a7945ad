import type { DatabaseSync } from 'node:sqlite'
import { MODALITIES, SCOPES, type Modality, type Scope } from '../domain/embedding.ts'
import type { UserMetadata } from '../domain/task.ts'
import { toStorageError } from './storageError.ts'
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
  pages: Iterable<readonly TaskVectorRow[]>
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
  assetsWith(accountId: string, fits: (metadata: UserMetadata) => boolean): ReadonlySet<string>
  /** How many chunks are searched of an embedded bucket, by the model that embedded them. */
  chunkCounts(bucketId: number): ChunkCount[]
}

export interface ChunkCount {
  model: { id: string; revision: string }
  count: number
}

const PAGE_BYTES = 1024 * 1024

const SET = `select version, removed_version, dimension from vector_set where id = ?`

const REMAINING = `select task_id as id from task_vectors where set_id = ?`

const ROWS = `
  select task.id as task_id, task.asset_id, scope_order, position, modality_order, end_ms, vector
    from task_vectors
    join vector_set on vector_set.id = task_vectors.set_id
    join task on task.id = task_vectors.task_id
    join embedding on embedding.task_id = task.id and embedding.space = vector_set.space
   where set_id = ?`

const OF_TASK = ` and task_vectors.task_id = ?`
const SINCE = ` and task_vectors.version > ?`
const OF_LENGTH = ` and length(vector) = 4 * dimension order by task_vectors.version`

const METADATA = `
  select id, user_metadata_json from asset where account_id = ? and user_metadata_json is not null`

const COUNTS = `
  select json_extract(settings_json, '$.model.id') as id, json_extract(settings_json, '$.model.revision') as revision,
         sum(chunk_count) as count
    from bucket_file
   where bucket_id = ? and chunk_count > 0
   group by 1, 2 order by 1, 2`

interface SetRow {
  version: number
  removed_version: number
  dimension: number
}

interface Row {
  task_id: string
  asset_id: string | null
  scope_order: number
  position: number
  modality_order: number
  end_ms: number
  vector: Uint8Array
}

/** The part of the loader that reads the vectors of tasks, on the connection of the whole. */
export function taskVectorsLoader(database: DatabaseSync, file: string): TaskVectorsLoader {
  const attempt = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      throw toStorageError(error, file)
    }
  }
  const prepared = (text: string) => attempt(() => database.prepare(text))
  const set = prepared(SET)
  const metadata = prepared(METADATA)
  const counts = prepared(COUNTS)
  const idsOf = (text: string, values: readonly (string | number)[]) =>
    new Set(attempt(() => prepared(text).all(...values) as unknown as { id: string }[]).map(({ id }) => id))
  return {
    async taskChanges({ setId, taskId }, since, take) {
      const [ofTask, source] = taskId === undefined ? ['', [setId]] : [OF_TASK, [setId, taskId]]
      attempt(() => database.exec('begin'))
      try {
        const found = attempt(() => set.get(setId)) as SetRow | undefined
        if (!found) return false
        const rows = prepared(ROWS + ofTask + SINCE + OF_LENGTH).iterate(
          ...source,
          since,
        ) as Iterable<unknown>
        await take({
          version: found.version,
          dimension: found.dimension,
          ...(since > 0 && found.removed_version > since && { remaining: idsOf(REMAINING + ofTask, source) }),
          changed: idsOf(REMAINING + ofTask + SINCE, [...source, since]),
          pages: pagesOf(rows as Iterable<Row>),
        })
        return true
      } finally {
        database.exec('rollback')
      }
    },
    assetsWith(accountId, fits) {
      const found = new Set<string>()
      const assets = metadata.iterate(accountId) as Iterable<unknown>
      for (const { id, user_metadata_json: json } of assets as Iterable<{
        id: string
        user_metadata_json: string
      }>)
        if (fits(JSON.parse(json) as UserMetadata)) found.add(id)
      return found
    },
    chunkCounts: (bucketId) =>
      (
        attempt(() => counts.all(bucketId)) as unknown as { id: string; revision: string; count: number }[]
      ).map(({ count, ...model }) => ({ model, count })),
  }
}

function* pagesOf(rows: Iterable<Row>): Generator<readonly TaskVectorRow[]> {
  let page: TaskVectorRow[] = []
  let bytes = 0
  for (const row of rows) {
    page.push(rowOf(row))
    bytes += row.vector.length
    if (bytes < PAGE_BYTES) continue
    yield page
    page = []
    bytes = 0
  }
  if (page.length > 0) yield page
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
