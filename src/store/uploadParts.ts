import type { Db, UploadPartRow } from '../domain/tables.ts'
import type { UploadPart } from '../domain/upload.ts'

/** Adds a part whose bytes are on the disk. */
export async function insertPart(
  db: Db,
  uploadId: string,
  part: Omit<UploadPart, 'reportedMs'>,
): Promise<void> {
  const row: UploadPartRow = {
    upload_id: uploadId,
    number: part.number,
    size_bytes: part.sizeBytes,
    md5: part.md5,
    written_ms: part.writtenMs,
    reported_ms: null,
  }
  await db.insertInto('upload_part').values(row).execute()
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

/** Removes one part, because its bytes are about to be written anew. */
export async function removePart(db: Db, uploadId: string, number: number): Promise<void> {
  await db.deleteFrom('upload_part').where('upload_id', '=', uploadId).where('number', '=', number).execute()
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

const partOf = (row: UploadPartRow): UploadPart => ({
  number: row.number,
  sizeBytes: row.size_bytes,
  md5: row.md5,
  writtenMs: row.written_ms,
  ...(row.reported_ms !== null && { reportedMs: row.reported_ms }),
})
