import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { membersOf, readNpy } from '../../../test/support/npz.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { openVectorFile } from './openVectorFile.ts'
import type { VectorRow } from './vectorRow.ts'

const row = (change: Partial<VectorRow>): VectorRow => ({
  source: 'a clip.mp4',
  taskId: 'one',
  assetId: 'a1',
  model: 'builtin@1',
  option: 'visual',
  scope: 'clip',
  space: 'image',
  vector: Float32Array.of(0.6, -0.8),
  ...change,
})

const ROWS = [
  row({ startSec: 0, endSec: 6.25 }),
  row({ source: 'Märchen.pdf', scope: 'page', page: 3, quadrant: 'top_left', vector: Float32Array.of(0, 1) }),
  row({
    space: 'text',
    option: 'text',
    scope: 'chunk',
    chunk: 0,
    text: 'Once "upon"\n',
    vector: Float32Array.of(1, 0, 0),
  }),
]

async function written(name: string, rows: readonly VectorRow[] = ROWS): Promise<string> {
  const path = join(await temporaryFolder(), name)
  const file = await openVectorFile(path)
  for (const each of rows) await file.write([each])
  expect(await readdir(dirname(path))).not.toContain(name)
  await file.finish()
  expect(await readdir(dirname(path))).toEqual([name])
  return path
}

test('a file of NDJSON has a line for each vector, with numbers that are exact', async () => {
  const lines = (await readFile(await written('out.ndjson'), 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      source: 'a clip.mp4',
      task_id: 'one',
      asset_id: 'a1',
      model: 'builtin@1',
      option: 'visual',
      scope: 'clip',
      space: 'image',
      start_sec: 0,
      end_sec: 6.25,
      embedding: [0.6, -0.8],
    },
    expect.objectContaining({ source: 'Märchen.pdf', page: 3, quadrant: 'top_left', embedding: [0, 1] }),
    expect.objectContaining({ chunk: 0, text: 'Once "upon"\n', embedding: [1, 0, 0] }),
  ])
})

test('a file of Parquet is read back by a reader of the format, also over many groups of rows', async () => {
  const rows = Array.from({ length: 5_000 }, (_, at) => row({ startSec: at, endSec: at + 1 }))
  const file = await asyncBufferFromFile(await written('out.parquet', [...ROWS, ...rows]))
  const read = await parquetReadObjects({ file })
  expect(read).toHaveLength(5_003)
  expect((await parquetMetadataAsync(file)).row_groups.length).toBe(2)
  expect(read[0]).toMatchObject({ source: 'a clip.mp4', start_sec: 0, end_sec: 6.25 })
  expect(read[1]).toMatchObject({ source: 'Märchen.pdf', page: 3, quadrant: 'top_left' })
  expect(read[2]).toMatchObject({ text: 'Once "upon"\n', chunk: 0, space: 'text' })
  expect(read[2]?.['start_sec']).toBeFalsy()
  expect(Array.from(read[0]?.['embedding'] as number[], Math.fround)).toEqual([0.6, -0.8].map(Math.fround))
  expect(read[5_002]).toMatchObject({ start_sec: 4_999 })
})

test('a file of NPZ holds an array for each space and fact, as NumPy lays them out', async () => {
  const members = await membersOf(await written('out.npz'))
  const image = readNpy(members.get('builtin@1/image-2/embedding.npy'))
  expect(image).toMatchObject({ descr: '<f4', shape: [2, 2] })
  expect([...new Float32Array(image.bytes)]).toEqual([0.6, -0.8, 0, 1].map(Math.fround))
  const text = readNpy(members.get('builtin@1/text-3/embedding.npy'))
  expect(text.shape).toEqual([1, 3])
  expect([...new Float64Array(readNpy(members.get('builtin@1/image-2/end_sec.npy')).bytes)]).toEqual([
    6.25,
    Number.NaN,
  ])
  expect([...new Int32Array(readNpy(members.get('builtin@1/image-2/page.npy')).bytes)]).toEqual([-1, 3])
  const sources = readNpy(members.get('source_names.npy'))
  expect(sources).toMatchObject({ descr: '<U11', shape: [2] })
  expect([...new Int32Array(readNpy(members.get('builtin@1/image-2/source.npy')).bytes)]).toEqual([0, 1])
  const characters = [...new Uint32Array(sources.bytes)].slice(11).map((point) => String.fromCodePoint(point))
  expect(characters.join('').replaceAll('\0', '')).toBe('Märchen.pdf')
})

test.each(['out.ndjson', 'out.parquet', 'out.npz'])(
  'nothing is left of %s when it is given up',
  async (name) => {
    const folder = await temporaryFolder()
    const file = await openVectorFile(join(folder, name))
    await file.write(ROWS)
    await file.abandon()
    expect(await readdir(folder)).toEqual([])
  },
)

test('a file with another ending, and one that cannot be written, are refused by name', async () => {
  await expect(openVectorFile('out.csv')).rejects.toMatchObject({
    code: 'request_invalid',
    message: 'out.csv should end with .ndjson, .jsonl, .npz, .parquet',
  })
  await expect(openVectorFile(join(await temporaryFolder(), 'no', 'out.npz'))).rejects.toMatchObject({
    code: 'storage_unavailable',
  })
})

test.each(['out.ndjson', 'out.parquet', 'out.npz'])(
  '%s is not written over, unless that is asked for',
  async (name) => {
    const folder = await temporaryFolder({ [name]: 'mine' })
    const path = join(folder, name)
    await expect(openVectorFile(path)).rejects.toThrow('exists already: --force replaces it')
    const file = await openVectorFile(path, { mayReplace: true })
    await file.write(ROWS)
    expect(await readFile(path, 'utf8')).toBe('mine')
    await file.finish()
    await file.abandon()
    expect(await readdir(folder)).toEqual([name])
    expect(await readFile(path, 'latin1')).not.toBe('mine')
  },
)

test('a file that came meanwhile is left, and what was written beside it too', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'out.ndjson')
  const [first, second] = [await openVectorFile(path), await openVectorFile(path)]
  await first.write(ROWS)
  await second.write(ROWS.slice(1))
  await first.finish()
  await expect(second.finish()).rejects.toThrow(/out\.ndjson exists by now: this is in .*\.part$/)
  await second.abandon()
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(3)
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toHaveLength(1)
})
