import type { ColumnType, MovedTable } from './movedTable.ts'

// Rows as PostgreSQL's binary COPY has them (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"): they
// are sent, compared and summed in this form, which says every value by its bytes.

/** What stands before the rows: the signature, no flags, no extension. */
export const HEAD = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** What stands after them. */
export const END = Buffer.from([0xff, 0xff])

const FLAGS_AND_EXTENSION = 8
const FIRST_BYTES = 64 * 1024

/** Makes tuples of the rows of a table. */
export interface TupleWriter {
  tupleOf(row: Readonly<Record<string, unknown>>): Buffer
  /** In how many texts a zero character was replaced, because PostgreSQL has none. */
  replacedTexts(): number
}

export function openTupleWriter({ columns }: Pick<MovedTable, 'columns'>): TupleWriter {
  let scratch = Buffer.allocUnsafe(FIRST_BYTES)
  let at = 0
  let replaced = 0

  function reserve(sizeBytes: number): void {
    if (at + sizeBytes <= scratch.length) return
    const larger = Buffer.allocUnsafe(2 * (at + sizeBytes))
    scratch.copy(larger, 0, 0, at)
    scratch = larger
  }

  function writeLength(sizeBytes: number): void {
    reserve(4 + Math.max(0, sizeBytes))
    at = scratch.writeInt32BE(sizeBytes, at)
  }

  function storable(text: string): string {
    if (!text.includes('\0')) return text
    replaced++
    return text.replaceAll('\0', '\uFFFD')
  }

  const WRITE: Readonly<Record<ColumnType, (value: never) => void>> = {
    INTEGER(value: number) {
      writeLength(8)
      at = scratch.writeInt32BE(Math.floor(value / 2 ** 32), at)
      at = scratch.writeUInt32BE(value >>> 0, at)
    },
    REAL(value: number) {
      writeLength(8)
      at = scratch.writeDoubleBE(value, at)
    },
    TEXT(value: string) {
      const text = storable(value)
      writeLength(Buffer.byteLength(text))
      at += scratch.write(text, at)
    },
    BLOB(value: Uint8Array) {
      writeLength(value.length)
      scratch.set(value, at)
      at += value.length
    },
  }

  return {
    tupleOf(row) {
      at = 0
      at = scratch.writeInt16BE(columns.length, at)
      for (const { name, type } of columns) {
        const value = row[name]
        if (value === null) writeLength(-1)
        else WRITE[type](value as never)
      }
      return Buffer.from(scratch.subarray(0, at))
    },
    replacedTexts: () => replaced,
  }
}

/** The tuples of a binary COPY as they come, some at a time. Throws when it ends in the middle. */
export async function* readTuples(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer[]> {
  let rest = Buffer.alloc(0)
  let isBegun = false
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk])
    let at = 0
    if (!isBegun) {
      const start = startOfTuples(rest)
      if (start === undefined) continue
      at = start
      isBegun = true
    }
    const tuples: Buffer[] = []
    for (let end = endOfTuple(rest, at); end !== undefined; end = endOfTuple(rest, at)) {
      tuples.push(rest.subarray(at, end))
      at = end
    }
    rest = rest.subarray(at)
    yield tuples
  }
  if (!rest.equals(END)) throw new Error('the rows ended in the middle')
}

function startOfTuples(bytes: Buffer): number | undefined {
  const extensionAt = HEAD.length - 4
  if (bytes.length < HEAD.length) return undefined
  if (!bytes.subarray(0, HEAD.length - FLAGS_AND_EXTENSION).equals(HEAD.subarray(0, -FLAGS_AND_EXTENSION)))
    throw new Error('these are no rows of a binary COPY')
  const start = HEAD.length + bytes.readUInt32BE(extensionAt)
  return bytes.length < start ? undefined : start
}

/** Where the tuple that begins at `at` ends; undefined when it is not whole, or it is the end of all. */
function endOfTuple(bytes: Buffer, at: number): number | undefined {
  if (at + 2 > bytes.length) return undefined
  let end = at + 2
  const fieldCount = bytes.readInt16BE(at)
  if (fieldCount < 0) return undefined
  for (let field = 0; field < fieldCount; field++) {
    if (end + 4 > bytes.length) return undefined
    end += 4 + Math.max(0, bytes.readInt32BE(end))
  }
  return end > bytes.length ? undefined : end
}
