import { sql } from 'kysely'
import { MODALITIES, SCOPES, type ReadingOptions } from '../domain/embedding.ts'
import type { Db, EmbeddingRow } from '../domain/tables.ts'
import { prefixWithSpread } from '../lib/unitPrefix.ts'
import { NUMBERS, type NumbersWriter } from './numbersWriter.ts'
import { ROWS_A_FETCH } from './reading.ts'
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
  dimension: number
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

/** Which page is wanted. */
export interface PageOrder extends Omit<ReadingOptions, 'after'> {
  taskId: string
  after: PageKey
}

type Row = Omit<EmbeddingRow, 'task_id'>

const PAGE_BYTES = 1024 * 1024

/** Rows are looked at before others have their turn, whether they are wanted or not. */
const PAGE_ROWS = 4_000

/**
 * Reads one page of a task's embeddings in the order of their key: as many as have room in a megabyte, but at least one
 * if there is one among the first 4,000 rows. Of longer vectors only the first `mostNumbers` are read, scaled to unit
 * length.
 */
export function readPage(db: Db, order: PageOrder): Promise<EmbeddingPage> {
  const { scopeOrder, position, modalityOrder } = order.after
  const rows = db
    .selectFrom('embedding')
    .select(['scope_order', 'position', 'modality_order', 'end_ms', 'space', 'vector', 'uncertainty'])
    .where('task_id', '=', order.taskId)
    .where(
      sql<boolean>`(scope_order, position, modality_order) > (${scopeOrder}, ${position}, ${modalityOrder})`,
    )
    .orderBy('scope_order')
    .orderBy('position')
    .orderBy('modality_order')
    .stream(ROWS_A_FETCH)
  return fillPage(rows, order)
}

async function fillPage(rows: AsyncIterable<Row>, order: PageOrder): Promise<EmbeddingPage> {
  const { limit = Number.POSITIVE_INFINITY, mostNumbers = Number.POSITIVE_INFINITY } = order
  const writer = NUMBERS[order.numbers ?? 'json']
  const isWanted = filterOf(order)
  const entries: PageEntry[] = []
  let bytes = new Uint8Array(PAGE_BYTES)
  let end = 0
  let seen: PageKey | undefined
  let count = 0
  for await (const row of rows) {
    if (seen && (count === PAGE_ROWS || entries.length >= limit))
      return { entries, bytes: cut(bytes, end), next: seen }
    count++
    if (isWanted(row)) {
      const stored = row.uncertainty === null ? undefined : float32Of(row.uncertainty)
      const numbers = prefixWithSpread(float32Of(row.vector), stored, mostNumbers)
      const { vector, spread } = numbers
      const needed = writer.mostBytes(vector.length) + (spread ? writer.mostBytes(spread.length) : 0)
      if (seen && entries.length > 0 && end + needed > bytes.length)
        return { entries, bytes: cut(bytes, end), next: seen }
      if (needed > bytes.length) bytes = new Uint8Array(needed)
      const entry = writeEntry(row, numbers, { writer, bytes, at: end })
      end = entry.spreadEnd ?? entry.end
      entries.push(entry)
    }
    seen = keyOf(row)
  }
  return { entries, bytes: cut(bytes, end) }
}

interface Target {
  writer: NumbersWriter
  bytes: Uint8Array
  at: number
}

function writeEntry(
  row: Row,
  { vector, spread }: ReturnType<typeof prefixWithSpread>,
  { writer, bytes, at }: Target,
): PageEntry {
  const end = writer.write(vector, bytes, at)
  return {
    ...keyOf(row),
    endMs: row.end_ms,
    space: row.space,
    dimension: vector.length,
    end,
    ...(spread && { spreadEnd: writer.write(spread, bytes, end) }),
  }
}

/** Whether a row is one of those that an order asks for. */
function filterOf({ scopes, modalities, startSec, endSec }: PageOrder): (row: Row) => boolean {
  const wantedScopes = scopes?.map((scope) => SCOPES.indexOf(scope))
  const wantedModalities = modalities?.map((modality) => MODALITIES.indexOf(modality))
  const [startMs, endMs] = [(startSec ?? 0) * 1000, (endSec ?? Number.POSITIVE_INFINITY) * 1000]
  const isTimed = startSec !== undefined || endSec !== undefined
  return (row) =>
    (wantedScopes?.includes(row.scope_order) ?? true) &&
    (wantedModalities?.includes(row.modality_order) ?? true) &&
    (!isTimed || (TIMED.has(row.scope_order) && row.end_ms > startMs && row.position < endMs))
}

const TIMED: ReadonlySet<number> = new Set([SCOPES.indexOf('clip'), SCOPES.indexOf('asset')])

const cut = (bytes: Uint8Array<ArrayBuffer>, end: number) => new Uint8Array(bytes.buffer.transfer(end))

const keyOf = (row: Row): PageKey => ({
  scopeOrder: row.scope_order,
  position: row.position,
  modalityOrder: row.modality_order,
})
