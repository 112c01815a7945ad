import { createWriteStream } from 'node:fs'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { npyHeader, textArray, type ElementType } from './npy.ts'
import type { FormatWriter } from './formatWriter.ts'
import type { VectorRow } from './vectorRow.ts'

/** An array that grows in a file; its header is written once its length is known. */
interface GrowingArray {
  path: string
  type: ElementType
  /** Of one row; undefined: rows are single numbers. */
  width?: number
  rows: number
  file: FileHandle
}

/** Texts that come again and again: rows hold their numbers. */
interface Words {
  list: string[]
  numbers: Map<string, number>
}

const makeWords = (): Words => ({ list: [], numbers: new Map() })

function numberOf({ list, numbers }: Words, word: string): number {
  const known = numbers.get(word)
  if (known !== undefined) return known
  numbers.set(word, list.length)
  return list.push(word) - 1
}

const WORD_COLUMNS = ['source', 'task_id', 'asset_id', 'model', 'option', 'scope', 'quadrant'] as const
type WordColumn = (typeof WORD_COLUMNS)[number]

const wordOf: Record<WordColumn, (row: VectorRow) => string> = {
  source: (row) => row.source,
  task_id: (row) => row.taskId,
  asset_id: (row) => row.assetId ?? '',
  model: (row) => row.model,
  option: (row) => row.option,
  scope: (row) => row.scope,
  quadrant: (row) => row.quadrant ?? '',
}

/** -1: it has none. */
const WHOLE_NUMBERS: Readonly<Record<'page' | 'chunk', (row: VectorRow) => number>> = {
  page: (row) => row.page ?? -1,
  chunk: (row) => row.chunk ?? -1,
}

const SECONDS: Readonly<Record<'start_sec' | 'end_sec', (row: VectorRow) => number>> = {
  start_sec: (row) => row.startSec ?? Number.NaN,
  end_sec: (row) => row.endSec ?? Number.NaN,
}

/**
 * NumPy's NPZ. For each model, space and length `<model>/<space>-<length>/embedding` (rows, numbers), and beside it one array for each fact: seconds, and
 * for texts the places in the array `<fact>_names` of the whole file. Texts of chunks are left out.
 */
export async function openNpz(path: string): Promise<FormatWriter> {
  const folder = `${path}.arrays`
  await mkdir(folder)
  const arrays = new Map<string, GrowingArray>()
  const words = Object.fromEntries(WORD_COLUMNS.map((name) => [name, makeWords()])) as Record<
    WordColumn,
    Words
  >

  async function append(name: string, type: ElementType, bytes: Uint8Array, width?: number, rows = 1) {
    let array = arrays.get(name)
    if (!array) {
      const filePath = join(folder, String(arrays.size))
      const file = await open(filePath, 'w')
      array = { path: filePath, type, rows: 0, file, ...(width !== undefined && { width }) }
      arrays.set(name, array)
      await file.write(npyHeader(type, [0]))
    }
    await array.file.appendFile(bytes)
    array.rows += rows
  }

  async function appendRows(space: string, rows: readonly VectorRow[]) {
    const width = rows[0]?.vector.length ?? 0
    const vectors = new Float32Array(rows.length * width)
    for (const [at, { vector }] of rows.entries()) vectors.set(vector, at * width)
    await append(`${space}/embedding`, '<f4', bytesOf(vectors), width, rows.length)
    for (const [name, value] of Object.entries(SECONDS))
      await append(`${space}/${name}`, '<f8', bytesOf(Float64Array.from(rows, value)), undefined, rows.length)
    for (const [name, value] of Object.entries(WHOLE_NUMBERS))
      await append(`${space}/${name}`, '<i4', bytesOf(Int32Array.from(rows, value)), undefined, rows.length)
    for (const name of WORD_COLUMNS) {
      const numbers = Int32Array.from(rows, (row) => numberOf(words[name], wordOf[name](row)))
      await append(`${space}/${name}`, '<i4', bytesOf(numbers), undefined, rows.length)
    }
  }

  const closeArrays = () => Promise.all([...arrays.values()].map(({ file }) => file.close()))

  return {
    async write(rows) {
      for (const [space, some] of Map.groupBy(rows, nameOfSpace)) await appendRows(space, some)
    },
    async finish() {
      for (const { file, type, rows, width } of arrays.values()) {
        const header = npyHeader(type, width === undefined ? [rows] : [rows, width])
        await file.write(header, 0, header.length, 0)
      }
      await closeArrays()
      const zip = new ZipFile()
      for (const [name, array] of arrays) zip.addFile(array.path, `${name}.npy`, { compress: false })
      for (const name of WORD_COLUMNS)
        zip.addBuffer(textArray(words[name].list), `${name}_names.npy`, { compress: false })
      zip.end()
      await pipeline(zip.outputStream, createWriteStream(path))
      await rm(folder, { recursive: true })
    },
    async abandon() {
      await closeArrays()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Vectors of one space but of different lengths come of different models, or of prefixes of different length. */
const nameOfSpace = ({ space, model, vector }: VectorRow): string =>
  `${model.replaceAll(/[^\w.@-]/g, '_')}/${space}-${vector.length}`

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
