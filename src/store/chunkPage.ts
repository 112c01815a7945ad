import type { DatabaseSync } from 'node:sqlite'
import type { ChunkReadingOptions } from '../domain/embedding.ts'
import { unitPrefix } from '../lib/unitPrefix.ts'
import { NUMBERS } from './numbersWriter.ts'
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

interface ChunkRow {
  ordinal: number
  text: string
  place_json: string
  vector: Uint8Array
}

const PAGE_BYTES = 1024 * 1024
const PAGE_CHUNKS = 2_000

// Of a file that has chunks the settings are there.
const FILES = `
  select id, generation, key, source_url,
         json_extract(settings_json, '$.model.id') as model_id,
         json_extract(settings_json, '$.model.revision') as model_revision
    from bucket_file
   where bucket_id = ? and key >= ? and chunk_count > 0
   order by key`

const CHUNKS = `
  select ordinal, text, place_json, vector from chunk
   where file_id = ? and generation = ? and ordinal > ?
   order by ordinal`

/**
 * Returns a function that reads one page of the chunks of an embedded bucket that are searched now, in the order of keys:
 * as many as have room in a megabyte of vectors and texts each, but at least one.
 */
export function chunkReader(database: DatabaseSync): (order: ChunkOrder) => ChunkPage {
  const files = database.prepare(FILES)
  const chunks = database.prepare(CHUNKS)

  function* chunksAfter({ bucketId, after }: ChunkOrder): Generator<{ file: FileRow; chunk: ChunkRow }> {
    for (const file of files.iterate(bucketId, after.fileKey) as Iterable<unknown> as Iterable<FileRow>) {
      const from = file.key === after.fileKey ? after.ordinal : FIRST_CHUNK.ordinal
      const rows = chunks.iterate(file.id, file.generation, from) as Iterable<unknown>
      for (const chunk of rows as Iterable<ChunkRow>) yield { file, chunk }
    }
  }

  return (order) => fillPage(chunksAfter(order), order)
}

function fillPage(
  rows: Iterable<{ file: FileRow; chunk: ChunkRow }>,
  { numbers = 'json', mostNumbers = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY }: ChunkOrder,
): ChunkPage {
  const writer = NUMBERS[numbers]
  const entries: ChunkEntry[] = []
  let bytes = new Uint8Array(PAGE_BYTES)
  let end = 0
  let textBytes = 0
  const most = Math.min(limit, PAGE_CHUNKS)
  for (const { file, chunk } of rows) {
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
