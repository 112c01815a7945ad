import type { DatabaseSync } from 'node:sqlite'
import { maxJsonBytes, writeFloats } from '../lib/floatJson.ts'
import { unitPrefix } from '../lib/unitPrefix.ts'
import { float32Of } from './vectorBytes.ts'

/** Where a page begins: after the embedding with this key. */
export interface PageKey {
  scopeOrder: number
  startMs: number
  modalityOrder: number
}

/** Before all embeddings. */
export const FIRST_PAGE: PageKey = { scopeOrder: -1, startMs: 0, modalityOrder: 0 }

/** An embedding of a page; its vector is the JSON in the page's bytes up to `end`, from where the one before ended. */
export interface PageEntry extends PageKey {
  endMs: number
  space: string
  end: number
}

export interface EmbeddingPage {
  entries: PageEntry[]
  bytes: Uint8Array<ArrayBuffer>
  /** Absent on the last page. */
  next?: PageKey
}

interface Row {
  scope_order: number
  start_ms: number
  modality_order: number
  end_ms: number
  space: string
  vector: Uint8Array
}

const PAGE_BYTES = 1024 * 1024

const READ = `
  select scope_order, start_ms, modality_order, end_ms, space, vector
    from embedding
   where task_id = ? and (scope_order, start_ms, modality_order) > (?, ?, ?)
   order by scope_order, start_ms, modality_order`

/**
 * Returns a function that reads one page of a task's embeddings in the order of their key: as many as have room in a
 * megabyte of JSON, but at least one. Of longer vectors only the first `mostNumbers` are read, scaled to unit length.
 */
export function pageReader(
  database: DatabaseSync,
): (taskId: string, after: PageKey, mostNumbers?: number) => EmbeddingPage {
  const statement = database.prepare(READ)
  return (taskId, { scopeOrder, startMs, modalityOrder }, mostNumbers = Number.POSITIVE_INFINITY) => {
    const rows = statement.iterate(taskId, scopeOrder, startMs, modalityOrder)
    return fillPage(rows as Iterable<unknown> as Iterable<Row>, mostNumbers)
  }
}

function fillPage(rows: Iterable<Row>, mostNumbers: number): EmbeddingPage {
  const entries: PageEntry[] = []
  let bytes = new Uint8Array(PAGE_BYTES)
  let end = 0
  for (const row of rows) {
    const vector = unitPrefix(float32Of(row.vector), mostNumbers)
    const needed = maxJsonBytes(vector.length)
    const last = entries.at(-1)
    if (last && end + needed > bytes.length) return { entries, bytes: cut(bytes, end), next: keyOf(last) }
    if (needed > bytes.length) bytes = new Uint8Array(needed)
    end = writeFloats(vector, bytes, end)
    entries.push(entryOf(row, end))
  }
  return { entries, bytes: cut(bytes, end) }
}

const cut = (bytes: Uint8Array<ArrayBuffer>, end: number) => new Uint8Array(bytes.buffer.transfer(end))

const keyOf = ({ scopeOrder, startMs, modalityOrder }: PageKey): PageKey => ({
  scopeOrder,
  startMs,
  modalityOrder,
})

const entryOf = (row: Row, end: number): PageEntry => ({
  scopeOrder: row.scope_order,
  startMs: row.start_ms,
  modalityOrder: row.modality_order,
  endMs: row.end_ms,
  space: row.space,
  end,
})
