import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'
import type { EmbeddedChunk } from '../domain/documentWork.ts'
import { bytesOf } from './vectorBytes.ts'

/** Chunks of one generation of a file. */
export interface FileChunks {
  fileId: number
  generation: number
  chunks: readonly EmbeddedChunk[]
}

const ROWS_A_STATEMENT = 50

/** Adds chunks of files. They are searched once their file says that their generation is the one. */
export async function insertChunks(db: Db, files: readonly FileChunks[]): Promise<void> {
  const rows = files.flatMap(({ fileId, generation, chunks }) =>
    chunks.map(({ ordinal, text, place, vector, termsJson }) => ({
      file_id: fileId,
      generation,
      ordinal,
      vector: bytesOf(vector),
      terms_json: termsJson,
      place_json: JSON.stringify(place),
      text,
    })),
  )
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT)
    await db
      .insertInto('chunk')
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .execute()
}

/** Removes at most `limit` chunks that the file had before this generation. Returns how many. */
export const removeOldChunks = (db: Db, fileId: number, generation: number, limit: number): Promise<number> =>
  remove(db, sql`file_id = ${fileId} and generation < ${generation}`, limit)

/** Removes at most `limit` chunks of generations after this one: what an attempt that was cut off has left. */
export const removeLeftovers = (db: Db, fileId: number, generation: number, limit: number): Promise<number> =>
  remove(db, sql`file_id = ${fileId} and generation > ${generation}`, limit)

async function remove(db: Db, which: ReturnType<typeof sql>, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from chunk
     where (file_id, generation, ordinal) in (
       select file_id, generation, ordinal from chunk where ${which} limit ${limit})`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Of the files with ids after `afterId`, in this order, at most `limit`; and which of them still have old chunks. */
export async function filesWithOldChunks(
  db: Db,
  afterId: number,
  limit: number,
): Promise<{ id: number; generation: number; hasOldChunks: boolean }[]> {
  const rows = await db
    .selectFrom('bucket_file')
    .select(['id', 'generation'])
    .select((file) =>
      file
        .exists(
          file
            .selectFrom('chunk')
            .select('chunk.ordinal')
            .whereRef('chunk.file_id', '=', 'bucket_file.id')
            .whereRef('chunk.generation', '<', 'bucket_file.generation'),
        )
        .as('has_old_chunks'),
    )
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    generation: row.generation,
    hasOldChunks: Boolean(row.has_old_chunks),
  }))
}
