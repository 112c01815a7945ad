import { sql } from 'kysely'
import type { Db, UploadPartRow } from '../domain/tables.ts'
import type { UploadPart } from '../domain/upload.ts'

/** Which request for which part. */
export interface PartTurn {
  uploadId: string
  number: number
  turn: number
}

/**
 * A part begins to come in, in the place of what was there of it: what older requests still bring does not count any more.
 * Returns its turn; undefined, and nothing is changed, when the part is final.
 */
export async function beginPart(db: Db, uploadId: string, number: number): Promise<number | undefined> {
  const nothing = { size_bytes: 0, md5: '', written_ms: 0 }
  const row = await db
    .insertInto('upload_part')
    .values({ upload_id: uploadId, number, ...nothing, reported_ms: null, turn: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['upload_id', 'number'])
        .doUpdateSet((row) => ({ ...nothing, turn: sql`${row.ref('upload_part.turn')} + 1` }))
        .where('upload_part.reported_ms', 'is', null),
    )
    .returning('turn')
    .executeTakeFirst()
  return row?.turn
}

/** True while no newer request brings the part. */
export async function isNewest(db: Db, { uploadId, number, turn }: PartTurn): Promise<boolean> {
  const row = await db
    .selectFrom('upload_part')
    .select('number')
    .where('upload_id', '=', uploadId)
    .where('number', '=', number)
    .where('turn', '=', turn)
    .executeTakeFirst()
  return row !== undefined
}

/** Keeps a part whose bytes are stored. False, and nothing is changed, when a newer request brings it. */
export async function keepPart(
  db: Db,
  { uploadId, turn }: Omit<PartTurn, 'number'>,
  part: Omit<UploadPart, 'reportedMs'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('upload_part')
    .set({ size_bytes: part.sizeBytes, md5: part.md5, written_ms: part.writtenMs })
    .where('upload_id', '=', uploadId)
    .where('number', '=', part.number)
    .where('turn', '=', turn)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The parts of these numbers, from `first` to `last`, that are there, in their order. */
export async function getParts(
  db: Db,
  uploadId: string,
  { first, last }: { first: number; last: number },
): Promise<UploadPart[]> {
  const rows = await db
    .selectFrom('upload_part')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .where('number', '>=', first)
    .where('number', '<=', last)
    .where('md5', '<>', '')
    .orderBy('number')
    .execute()
  return rows.map(partOf)
}

/** Makes a part final. */
export async function setReported(
  db: Db,
  uploadId: string,
  { number, nowMs }: { number: number; nowMs: number },
): Promise<void> {
  await db
    .updateTable('upload_part')
    .set({ reported_ms: nowMs })
    .where('upload_id', '=', uploadId)
    .where('number', '=', number)
    .execute()
}

/** How many parts are final, and how many bytes they have. */
export async function reportedParts(db: Db, uploadId: string): Promise<{ count: number; sizeBytes: number }> {
  return db
    .selectFrom('upload_part')
    .where('upload_id', '=', uploadId)
    .where('reported_ms', 'is not', null)
    .select((row) => [
      row.fn.countAll<number>().as('count'),
      row.fn.coalesce(row.fn.sum<number>('size_bytes'), row.lit(0)).as('sizeBytes'),
    ])
    .executeTakeFirstOrThrow()
}

/** Removes at most `limit` parts of an upload. Returns how many; 0: there is none left. */
export async function removeParts(db: Db, uploadId: string, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('upload_part')
    .where('upload_id', '=', uploadId)
    .where('number', 'in', (query) =>
      query.selectFrom('upload_part').select('number').where('upload_id', '=', uploadId).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

const partOf = (row: Omit<UploadPartRow, 'turn'>): UploadPart => ({
  number: row.number,
  sizeBytes: row.size_bytes,
  md5: row.md5,
  writtenMs: row.written_ms,
  ...(row.reported_ms !== null && { reportedMs: row.reported_ms }),
})
