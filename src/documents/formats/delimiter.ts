/** The fields of one record of a table: RFC 4180, and quotes that stand where it has none are taken as they are. */
export function fieldsOf(record: string, delimiter: string | undefined): string[] {
  if (delimiter === undefined) return [unquoted(record)]
  if (!record.includes('"')) return record.split(delimiter).map((field) => field.trim())
  const fields: string[] = []
  let at = 0
  for (;;) {
    const end = fieldEnd(record, at, delimiter)
    fields.push(unquoted(record.slice(at, end)))
    if (end >= record.length) return fields
    at = end + delimiter.length
  }
}

function fieldEnd(record: string, start: number, delimiter: string): number {
  let from = start
  if (record[start] === '"') {
    from = closingQuote(record, start + 1)
    if (from < 0) from = start
  }
  const end = record.indexOf(delimiter, from)
  return end < 0 ? record.length : end
}

/** The index of the quote that ends a field, or -1: two quotes stand for one. */
function closingQuote(record: string, start: number): number {
  for (let at = record.indexOf('"', start); at >= 0; at = record.indexOf('"', at + 2))
    if (record[at + 1] !== '"') return at
  return -1
}

function unquoted(field: string): string {
  const text = field.trim()
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text
  return text.slice(1, -1).replaceAll('""', '"').trim()
}

const DELIMITERS = [',', '\t', ';', '|']
const CONSISTENT_SHARE = 0.8

/**
 * The delimiter that divides the records most evenly: most of them into as many fields, the more of them the better.
 * Undefined when none does: the table has one column.
 */
export function findDelimiter(records: readonly string[]): string | undefined {
  const rated = DELIMITERS.map((delimiter) => ({ delimiter, ...evenness(records, delimiter) }))
  const possible = rated.filter(({ share, width }) => share >= CONSISTENT_SHARE && width > 1)
  return possible.toSorted((one, other) => other.share - one.share || other.width - one.width)[0]?.delimiter
}

function evenness(records: readonly string[], delimiter: string): { share: number; width: number } {
  const counts = new Map<number, number>()
  for (const record of records) {
    const width = fieldsOf(record, delimiter).length
    counts.set(width, (counts.get(width) ?? 0) + 1)
  }
  const [width, count] = [...counts].toSorted(([, one], [, other]) => other - one)[0] ?? [0, 0]
  return { share: count / records.length, width }
}
