import { createHash } from 'node:crypto'
import { EmbedlineError } from '../../domain/errors.ts'
import { keyOf, type MovedTable } from './movedTable.ts'
import type { MoveSource, Row } from './moveSource.ts'
import type { MoveTarget } from './moveTarget.ts'
import { openTupleWriter } from './tuple.ts'

/** What was found to be the same on both sides. */
export interface MovedRows {
  name: string
  rowCount: number
  /** SHA-256, hex, of all rows in the order of the key. */
  sha256: string
}

export interface RowsOrder {
  source: MoveSource
  target: MoveTarget
  batch?: BatchSize
  onProgress: (step: 'rows' | 'checksums', fraction: number, table: string) => void
}

/** A transaction takes no more of them; a kill undoes no more. */
export interface BatchSize {
  rows: number
  bytes: number
}

const BATCH: BatchSize = { rows: 20_000, bytes: 16 * 1024 ** 2 }

/**
 * Copies the rows of all tables, in transactions that also say how far it is: killed at any moment, another call goes on.
 * Memory does not grow with the tables.
 */
export async function copyRows({ source, target, batch = BATCH, onProgress }: RowsOrder): Promise<void> {
  const total = totalOf(source)
  const { table: at, after, rowCount: before = 0 } = target.state ?? {}
  let rowCount = before
  const first = source.tables.findIndex(({ name }) => name === at)
  for (const table of source.tables.slice(Math.max(0, first))) {
    const rows = source.rows(table, table.name === at ? after : undefined)[Symbol.iterator]()
    const writer = openTupleWriter(table)
    let next = rows.next()
    let last: Row = {}
    const taken = function* () {
      for (let count = 0, sizeBytes = 0; count < batch.rows && sizeBytes < batch.bytes; count++) {
        if (next.done === true) return
        last = next.value
        const tuple = writer.tupleOf(last)
        sizeBytes += tuple.length
        rowCount++
        yield tuple
        next = rows.next()
      }
    }
    while (next.done !== true) {
      onProgress('rows', rowCount / total, table.name)
      const state = () => ({ table: table.name, after: keyIn(table, last), rowCount })
      await target.write({ table, tuples: taken(), state })
    }
  }
}

/**
 * Reads all rows on both sides and compares them byte by byte. Throws `storage_unavailable` that names the first row that
 * is not the same.
 */
export async function compareRows({
  source,
  target,
  onProgress,
}: RowsOrder): Promise<{ tables: MovedRows[]; replacedTexts: number }> {
  const total = totalOf(source)
  const compared: MovedRows[] = []
  let replacedTexts = 0
  let done = 0
  for (const table of source.tables) {
    const ours = source.rows(table)[Symbol.iterator]()
    const writer = openTupleWriter(table)
    const [ourHash, theirHash] = [createHash('sha256'), createHash('sha256')]
    let rowCount = 0
    for await (const tuples of target.tuples(table)) {
      onProgress('checksums', (done + rowCount) / total, table.name)
      for (const theirs of tuples) {
        const { value: row, done: isOver } = ours.next()
        const tuple = isOver === true ? undefined : writer.tupleOf(row)
        if (!tuple?.equals(theirs)) throw otherRow(target.name, table, row)
        ourHash.update(tuple)
        theirHash.update(theirs)
        rowCount++
      }
    }
    const { value: missing, done: isOver } = ours.next()
    if (isOver !== true) throw otherRow(target.name, table, missing)
    const sha256 = theirHash.digest('hex')
    if (sha256 !== ourHash.digest('hex')) throw otherRow(target.name, table, undefined)
    compared.push({ name: table.name, rowCount, sha256 })
    done += rowCount
    replacedTexts += writer.replacedTexts()
  }
  return { tables: compared, replacedTexts }
}

/** At least 1, to divide by it. */
const totalOf = ({ rowCounts }: MoveSource): number =>
  Math.max(
    1,
    [...rowCounts.values()].reduce((sum, count) => sum + count, 0),
  )

const keyIn = (table: MovedTable, row: Row): unknown[] => keyOf(table).map(({ name }) => row[name])

function otherRow(target: string, table: MovedTable, row: Row | undefined): EmbedlineError {
  const place =
    row === undefined
      ? 'which has more rows'
      : `in the row ${keyOf(table)
          .map(({ name }) => `${name} = ${String(row[name])}`)
          .join(', ')}`
  return new EmbedlineError(
    'storage_unavailable',
    `${target} is not what was moved: it differs in the table ${table.name}, ${place}. ` +
      'It is damaged, or one of the two was used since the move began: empty it and move again',
  )
}
