import type { ChunkReadingOptions } from '../domain/embedding.ts'
import type { ChunkRow as StoredChunk, Db } from '../domain/tables.ts'
import { unitPrefix } from '../lib/unitPrefix.ts'
import { NUMBERS } from './numbersWriter.ts'
import { modelIn, ROWS_A_FETCH } from './reading.ts'
import { float32Of } from './vectorBytes.ts'

/** Where a page begins: after the chunk of this number of this file. */
export interface ChunkKey {
  fileKey: string
  ordinal: number
}

/** Before all chunks: no key is empty. */
export const FIRST_CHUNK: ChunkKey = { fileKey: '', ordinal: -1 }

export interface ChunkEntry extends ChunkKey {
  sourceUrl?: string
  text: string
  placeJson: string
  modelId: string
  modelRevision: string
  dimension: number
  /** As that of the entry of an embedding. */
  end: number
}

export interface ChunkPage {
  entries: ChunkEntry[]
  bytes: Uint8Array<ArrayBuffer>
  /** Absent on the last page. */
  next?: ChunkKey
}

/** Which page is wanted. */
export interface ChunkOrder extends Omit<ChunkReadingOptions, 'after'> {
  bucketId: number
  after: ChunkKey
}

interface FileRow {
  id: number
  generation: number
  key: string
  source_url: string | null
  model_id: string
  model_revision: string
}

type ChunkRow = Pick<StoredChunk, 'ordinal' | 'text' | 'place_json' | 'vector'>

const PAGE_BYTES = 1024 * 1024
const PAGE_CHUNKS = 2_000

/** Files are looked up so many at once: one that is read has most of its chunks in a page. */
const FILES_A_STATEMENT = 100

/**
 * Reads one page of the chunks of an embedded bucket that are searched now, in the order of keys: as many as have room
 * in a megabyte of vectors and texts each, but at least one.
 */
export const readChunks = (db: Db, order: ChunkOrder): Promise<ChunkPage> =>
  fillPage(chunksAfter(db, order), order)

async function* chunksAfter(
  db: Db,
  { bucketId, after }: ChunkOrder,
): AsyncGenerator<{ file: FileRow; chunk: ChunkRow }> {
  for await (const file of filesFrom(db, bucketId, after.fileKey)) {
    const chunks = db
      .selectFrom('chunk')
      .select(['ordinal', 'text', 'place_json', 'vector'])
      .where('file_id', '=', file.id)
      .where('generation', '=', file.generation)
      .where('ordinal', '>', file.key === after.fileKey ? after.ordinal : FIRST_CHUNK.ordinal)
      .orderBy('ordinal')
      .stream(ROWS_A_FETCH)
    for await (const chunk of chunks) yield { file, chunk }
  }
}

async function* filesFrom(db: Db, bucketId: number, firstKey: string): AsyncGenerator<FileRow> {
  // Of a file that has chunks the settings are there.
  const model = modelIn('settings_json')
  const files = db
    .selectFrom('bucket_file')
    .select(['id', 'generation', 'key', 'source_url'])
    .select([model.id.as('model_id'), model.revision.as('model_revision')])
    .where('bucket_id', '=', bucketId)
    .where('chunk_count', '>', 0)
    .orderBy('key')
    .limit(FILES_A_STATEMENT)
  let found = await files.where('key', '>=', firstKey).execute()
  for (;;) {
    yield* found
    const last = found.at(-1)
    if (!last || found.length < FILES_A_STATEMENT) return
    found = await files.where('key', '>', last.key).execute()
  }
}

async function fillPage(
  rows: AsyncIterable<{ file: FileRow; chunk: ChunkRow }>,
  { numbers = 'json', mostNumbers = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY }: ChunkOrder,
): Promise<ChunkPage> {
  const writer = NUMBERS[numbers]
  const entries: ChunkEntry[] = []
  let bytes = new Uint8Array(PAGE_BYTES)
  let end = 0
  let textBytes = 0
  const most = Math.min(limit, PAGE_CHUNKS)
  for await (const { file, chunk } of rows) {
    const vector = unitPrefix(float32Of(chunk.vector), mostNumbers)
    const needed = writer.mostBytes(vector.length)
    const last = entries.at(-1)
    if (last && (entries.length >= most || end + needed > bytes.length || textBytes > PAGE_BYTES))
      return { entries, bytes: cut(bytes, end), next: { fileKey: last.fileKey, ordinal: last.ordinal } }
    if (needed > bytes.length) bytes = new Uint8Array(needed)
    end = writer.write(vector, bytes, end)
    textBytes += chunk.text.length
    entries.push({
      fileKey: file.key,
      ordinal: chunk.ordinal,
      ...(file.source_url !== null && { sourceUrl: file.source_url }),
      text: chunk.text,
      placeJson: chunk.place_json,
      modelId: file.model_id,
      modelRevision: file.model_revision,
      dimension: vector.length,
      end,
    })
  }
  return { entries, bytes: cut(bytes, end) }
}

const cut = (bytes: Uint8Array<ArrayBuffer>, end: number) => new Uint8Array(bytes.buffer.transfer(end))
