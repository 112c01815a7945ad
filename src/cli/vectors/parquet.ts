import { fileWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet'
import type { FormatWriter } from './formatWriter.ts'
import type { VectorRow } from './vectorRow.ts'

/** Rows that are held until they are written together: of 768 numbers some 12 MB. */
const ROWS_A_GROUP = 4_096

interface Column {
  element: SchemaElement
  value: (row: VectorRow) => unknown
}

const text = (name: string, isNullable = false): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED',
})

const number = (name: string, type: 'DOUBLE' | 'INT32'): SchemaElement => ({
  name,
  type,
  repetition_type: 'OPTIONAL',
})

const COLUMNS: readonly Column[] = [
  { element: text('source'), value: (row) => row.source },
  { element: text('task_id'), value: (row) => row.taskId },
  { element: text('asset_id', true), value: (row) => row.assetId },
  { element: text('model'), value: (row) => row.model },
  { element: text('option'), value: (row) => row.option },
  { element: text('scope'), value: (row) => row.scope },
  { element: text('space'), value: (row) => row.space },
  { element: number('start_sec', 'DOUBLE'), value: (row) => row.startSec },
  { element: number('end_sec', 'DOUBLE'), value: (row) => row.endSec },
  { element: number('page', 'INT32'), value: (row) => row.page },
  { element: text('quadrant', true), value: (row) => row.quadrant },
  { element: number('chunk', 'INT32'), value: (row) => row.chunk },
  { element: text('text', true), value: (row) => row.text },
]

// A list as the format's specification of logical types has it.
const EMBEDDING: readonly SchemaElement[] = [
  { name: 'embedding', repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
]

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: COLUMNS.length + 1 },
  ...COLUMNS.map(({ element }) => element),
  ...EMBEDDING,
]

/** Apache Parquet: a column for each fact, and `embedding`, a list of float. */
export async function openParquet(path: string): Promise<FormatWriter> {
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: SCHEMA, createdBy: 'embedline' })
  let held: VectorRow[] = []
  async function writeHeld() {
    if (held.length === 0) return
    const rows = held
    held = []
    await writer.write({ columnData: columnsOf(rows), rowGroupSize: ROWS_A_GROUP })
  }
  return {
    async write(rows) {
      for (const row of rows) {
        held.push(row)
        if (held.length >= ROWS_A_GROUP) await writeHeld()
      }
    },
    async finish() {
      await writeHeld()
      await writer.finish()
    },
    abandon: async () => {},
  }
}

const columnsOf = (rows: readonly VectorRow[]): ColumnSource[] => [
  ...COLUMNS.map(({ element: { name }, value }) => ({ name, data: rows.map(value) })),
  // Vectors do not compress, and nobody looks for the least of their numbers.
  {
    name: 'embedding',
    data: rows.map(({ vector }) => Array.from(vector)),
    codec: 'UNCOMPRESSED',
    encoding: 'PLAIN',
    statistics: false,
  },
]
