import type { DatabaseSync } from 'node:sqlite'
import { maxJsonBytes, writeFloats } from '../lib/floatJson.ts'
import { prefixWithSpread } from '../lib/unitPrefix.ts'
import { float32Of } from './vectorBytes.ts'

/** Where a page begins: after the embedding with this key. */
export interface PageKey {
  scopeOrder: number
  position: number
  modalityOrder: number
}

/** Before all embeddings. */
export const FIRST_PAGE: PageKey = { scopeOrder: -1, position: 0, modalityOrder: 0 }

/** An embedding of a page; its vector is the JSON in the page's bytes up to `end`, from where the one before ended. */
export interface PageEntry extends PageKey {
  endMs: number
  space: string
  end: number
  /** Where the spread of its numbers ends, which then follows the vector. */
  spreadEnd?: number
}

export interface EmbeddingPage {
  entries: PageEntry[]
  bytes: Uint8Array<ArrayBuffer>
  /** Absent on the last page. */
  next?: PageKey
}

interface Row {
  scope_order: number
  position: number
  modality_order: number
  end_ms: number
  space: string
  vector: Uint8Array
  uncertainty: Uint8Array | null
}

const PAGE_BYTES = 1024 * 1024

const READ = `
  select scope_order, position, modality_order, end_ms, space, vector, uncertainty
    from embedding
   where task_id = ? and (scope_order, position, modality_order) > (?, ?, ?)
   order by scope_order, position, modality_order`

/**
 * Returns a function that reads one page of a task's embeddings in the order of their key: as many as have room in a
 * megabyte of JSON, but at least one. Of longer vectors only the first `mostNumbers` are read, scaled to unit length.
 */
export function pageReader(
  database: DatabaseSync,
): (taskId: string, after: PageKey, mostNumbers?: number) => EmbeddingPage {
  const statement = database.prepare(READ)
  return (taskId, { scopeOrder, position, modalityOrder }, mostNumbers = Number.POSITIVE_INFINITY) => {
    const rows = statement.iterate(taskId, scopeOrder, position, modalityOrder)
    return fillPage(rows as Iterable<unknown> as Iterable<Row>, mostNumbers)
  }
}

function fillPage(rows: Iterable<Row>, mostNumbers: number): EmbeddingPage {
  const entries: PageEntry[] = []
  let bytes = new Uint8Array(PAGE_BYTES)
  let end = 0
  for (const row of rows) {
    const stored = row.uncertainty === null ? undefined : float32Of(row.uncertainty)
    const { vector, spread } = prefixWithSpread(float32Of(row.vector), stored, mostNumbers)
    const needed = maxJsonBytes(vector.length) + (spread ? maxJsonBytes(spread.length) : 0)
    const last = entries.at(-1)
    if (last && end + needed > bytes.length) return { entries, bytes: cut(bytes, end), next: keyOf(last) }
    if (needed > bytes.length) bytes = new Uint8Array(needed)
    const entry = entryOf(row, writeFloats(vector, bytes, end))
    if (spread) entry.spreadEnd = writeFloats(spread, bytes, entry.end)
    end = entry.spreadEnd ?? entry.end
    entries.push(entry)
  }
  return { entries, bytes: cut(bytes, end) }
}

const cut = (bytes: Uint8Array<ArrayBuffer>, end: number) => new Uint8Array(bytes.buffer.transfer(end))

const keyOf = ({ scopeOrder, position, modalityOrder }: PageKey): PageKey => ({
  scopeOrder,
  position,
  modalityOrder,
})

const entryOf = (row: Row, end: number): PageEntry => ({
  scopeOrder: row.scope_order,
  position: row.position,
  modalityOrder: row.modality_order,
  endMs: row.end_ms,
  space: row.space,
  end,
})
