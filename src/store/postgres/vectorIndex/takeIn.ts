import { sql } from 'kysely'
import type { Db, VectorIndexRow } from '../../../domain/tables.ts'
import { modelIn } from '../../reading.ts'
import { float32Of } from '../../vectorBytes.ts'
import { halfVectorOf } from './halfVector.ts'
import { indexTable, lockIndex } from './indexTable.ts'

/** A page is over with the version that reaches it: all files of a version come together. */
const CHUNKS_A_PAGE = 500
const VERSIONS_A_PAGE = 200
const ROWS_A_STATEMENT = 100

/**
 * Brings the table of an index some versions of its bucket further. Versions are committed in their order, because each
 * is given by an update of the bucket's row; so what is seen of one is all of it. `complete`: it has all there was when
 * this began. `busy`: somebody else is at it, or there is no such index.
 */
export async function takeInSome(
  db: Db,
  bucketId: number,
  nowMs: number,
): Promise<'complete' | 'more' | 'busy'> {
  const index = await lockIndex(db, bucketId)
  const { rows } = await sql<{ version: number }>`
    select version from embedded_bucket where id = ${bucketId} and removed_ms is null`.execute(db)
  const [bucket] = rows
  if (!index || !bucket) return 'busy'
  if (bucket.version <= index.version) return 'complete'
  const { until, isLast } = await nextStretch(db, index, bucket.version)
  const removed = await removeChanged(db, index, until)
  const added = await addChanged(db, index, until)
  await db
    .updateTable('vector_index')
    .set({ version: until, chunk_count: index.chunk_count - removed + added, updated_ms: nowMs })
    .where('bucket_id', '=', bucketId)
    .execute()
  return isLast ? 'complete' : 'more'
}

async function nextStretch(
  db: Db,
  { bucket_id: bucketId, version }: VectorIndexRow,
  bucketVersion: number,
): Promise<{ until: number; isLast: boolean }> {
  const { rows } = await sql<{ version: number; chunks: number }>`
    select version, sum(chunk_count) as chunks from bucket_file
     where bucket_id = ${bucketId} and version > ${version}
     group by version order by version limit ${VERSIONS_A_PAGE}`.execute(db)
  let chunks = 0
  for (const [at, row] of rows.entries()) {
    chunks += row.chunks
    const isFull = chunks >= CHUNKS_A_PAGE || at + 1 === VERSIONS_A_PAGE
    if (isFull) return { until: row.version, isLast: false }
  }
  return { until: Math.max(bucketVersion, rows.at(-1)?.version ?? 0), isLast: true }
}

/** Files that changed or went between the two versions. */
async function removeChanged(
  db: Db,
  { bucket_id: bucketId, version }: VectorIndexRow,
  until: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from ${indexTable(bucketId)}
     where file_id in (
       select id from bucket_file
        where bucket_id = ${bucketId} and version > ${version} and version <= ${until}
       union all
       select file_id from removed_file
        where bucket_id = ${bucketId} and version > ${version} and version <= ${until})`.execute(db)
  return Number(numAffectedRows ?? 0)
}

async function addChanged(db: Db, index: VectorIndexRow, until: number): Promise<number> {
  const table = indexTable(index.bucket_id)
  let added = 0
  for (let after: ChunkRow | undefined; ;) {
    const rows = await changedChunks(db, index, until, after)
    const values = rows.map(
      ({ file_id, ordinal, vector }) => sql`(${file_id}, ${ordinal}, ${halfVectorOf(float32Of(vector))})`,
    )
    if (values.length > 0)
      await sql`insert into ${table} (file_id, ordinal, vector) values ${sql.join(values)}`.execute(db)
    added += rows.length
    after = rows.at(-1)
    if (rows.length < ROWS_A_STATEMENT) return added
  }
}

interface ChunkRow {
  file_id: number
  ordinal: number
  vector: Uint8Array
}

async function changedChunks(
  db: Db,
  index: VectorIndexRow,
  until: number,
  after: ChunkRow | undefined,
): Promise<ChunkRow[]> {
  const stored = modelIn('bucket_file.settings_json')
  const { rows } = await sql<ChunkRow>`
    select chunk.file_id, chunk.ordinal, chunk.vector
      from bucket_file
      join chunk on chunk.file_id = bucket_file.id and chunk.generation = bucket_file.generation
     where bucket_file.bucket_id = ${index.bucket_id}
       and bucket_file.version > ${index.version} and bucket_file.version <= ${until}
       and ${stored.id} = ${index.model_id} and ${stored.revision} = ${index.model_revision}
       and length(chunk.vector) = ${4 * index.dimension}
       and (chunk.file_id, chunk.ordinal) > (${after?.file_id ?? 0}, ${after?.ordinal ?? 0})
     order by chunk.file_id, chunk.ordinal
     limit ${ROWS_A_STATEMENT}`.execute(db)
  return rows
}
