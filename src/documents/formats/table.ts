import type { TextPiece } from '../../domain/document.ts'
import { fieldsOf, findDelimiter } from './delimiter.ts'
import { recordsOf } from './records.ts'

// Delimiter and header are found by these.
const SAMPLE_RECORDS = 50
const HEADER_WITHIN = 10

/**
 * A table of comma-, semicolon-, tab- or bar-separated values: for each row the lines `header: value`, values without a
 * header alone, empty ones left out. What stands above the header, and all rows of a table without one, is given as
 * `value | value`.
 */
export async function* tablePieces(lines: AsyncIterable<string>): AsyncGenerator<TextPiece, void> {
  const records = recordsOf(lines)
  const sample: string[] = []
  for (let next = await records.next(); !next.done; next = await records.next()) {
    sample.push(next.value)
    if (sample.length === SAMPLE_RECORDS) break
  }
  const delimiter = findDelimiter(sample)
  const rows = sample.map((record) => fieldsOf(record, delimiter))
  const headerAt = delimiter === undefined ? -1 : findHeader(rows)
  const headers = rows[headerAt] ?? []
  let row = 0
  const pieces = function* (fields: readonly string[]): Generator<TextPiece, void> {
    row++
    if (row === headerAt + 1) return
    const text = row > headerAt + 1 && headers.length > 0 ? namedFields(headers, fields) : joined(fields)
    if (text !== '') yield { text, place: { row } }
  }
  for (const fields of rows) yield* pieces(fields)
  for await (const record of records) yield* pieces(fieldsOf(record, delimiter))
  // A table of nothing but its header is worth its words.
  if (row === 1 && headerAt === 0) yield { text: joined(headers), place: { row } }
}

/** The row that names the columns: the first of those at the top with different words in most of its fields, and no numbers. */
function findHeader(rows: readonly (readonly string[])[]): number {
  const width = Math.max(...rows.map((fields) => fields.length))
  return rows.slice(0, HEADER_WITHIN).findIndex((fields) => {
    const words = fields.filter((field) => field !== '')
    return (
      words.length > 1 &&
      words.length >= (width * 2) / 3 &&
      new Set(words).size === words.length &&
      !words.some(isNumber)
    )
  })
}

const isNumber = (field: string): boolean => /^[-+(]?[\p{Sc}]?\s*\d[\d.,' ]*[%)]?$/u.test(field)

const namedFields = (headers: readonly string[], fields: readonly string[]): string =>
  fields
    .map((field, column) => (headers[column] && field !== '' ? `${headers[column]}: ${field}` : field))
    .filter((line) => line !== '')
    .join('\n')

const joined = (fields: readonly string[]): string => fields.filter((field) => field !== '').join(' | ')
