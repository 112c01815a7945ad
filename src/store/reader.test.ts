import { expect, test } from 'vitest'
import { addTask } from '../../test/support/queueItems.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { insertClips, replaceAssetVectors } from './embeddings.ts'
import type { ReadingOptions } from '../domain/embedding.ts'
import { openResults, type Results } from './reader.ts'

const DIMENSION = 512

async function collect<Each>(source: AsyncIterable<Each>): Promise<Each[]> {
  const all: Each[] = []
  for await (const each of source) all.push(each)
  return all
}

/** A vector that tells which one it is. */
const vectorOf = (seed: number) =>
  Float32Array.from({ length: DIMENSION }, (_, index) => Math.sin(seed * 1000 + index) / 16)

async function addClips({ store }: StoreForTest, taskId: string, count: number) {
  await store.write((db) =>
    insertClips(
      db,
      taskId,
      Array.from({ length: count }, (_, index) => ({
        startSec: index * 6,
        endSec: index * 6 + 6,
        vectors: [
          { modality: 'audio' as const, space: 'audio', vector: vectorOf(index + 0.5) },
          { modality: 'visual' as const, space: 'image', vector: vectorOf(index) },
        ],
      })),
    ),
  )
}

const withResults = (check: (parts: StoreForTest & { results: Results }) => Promise<void>) =>
  withStore(async (parts) => {
    const results = openResults(parts.location)
    try {
      await addTask(parts, 'task')
      await check({ ...parts, results })
    } finally {
      await results.close()
    }
  })

test('vectors come in pages of up to a megabyte, clips by time and modality, then the asset', () =>
  withResults(async (parts) => {
    await addClips(parts, 'task', 300)
    await parts.store.write((db) =>
      replaceAssetVectors(db, 'task', 0, [
        { modality: 'visual', space: 'image', endMs: 1_800_000, vector: vectorOf(-1) },
      ]),
    )
    const pages = await collect(parts.results.embeddings('task'))
    const sizes = pages.map((page) => page.reduce((sum, { vectorJson }) => sum + vectorJson.length, 0))
    expect(pages.length).toBeGreaterThan(2)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024)
    const all = pages.flat()
    expect(all).toHaveLength(601)
    expect(all[2]).toMatchObject({
      scope: 'clip',
      modality: 'visual',
      space: 'image',
      startSec: 6,
      endSec: 12,
    })
    expect(all.at(-1)).toMatchObject({ scope: 'asset', modality: 'visual', startSec: 0, endSec: 1_800 })
    const numbers = (index: number) =>
      Float32Array.from(JSON.parse(Buffer.from(all[index]!.vectorJson).toString()) as number[])
    for (const index of [0, 149, 299]) {
      expect(numbers(index * 2)).toEqual(vectorOf(index))
      expect(numbers(index * 2 + 1)).toEqual(vectorOf(index + 0.5))
    }
    expect(numbers(600)).toEqual(vectorOf(-1))
  }))

test('a task without vectors has no page, and tasks do not see each other’s', () =>
  withResults(async (parts) => {
    await addTask(parts, 'other')
    await addClips(parts, 'other', 3)
    expect(await collect(parts.results.embeddings('task'))).toEqual([])
    expect(await collect(parts.results.embeddings('nothing'))).toEqual([])
  }))

test('several readers share the thread, and one that stops in the middle does not disturb the others', () =>
  withResults(async (parts) => {
    await addClips(parts, 'task', 300)
    const stopsEarly = async () => {
      for await (const page of parts.results.embeddings('task')) return page.length
      return 0
    }
    const readsAll = async () => (await collect(parts.results.embeddings('task'))).flat().length
    expect(await Promise.all([stopsEarly(), readsAll(), stopsEarly(), readsAll()])).toEqual([
      expect.any(Number),
      600,
      expect.any(Number),
      600,
    ])
  }))

test('memory stays flat over a large result', () =>
  withResults(async (parts) => {
    await addClips(parts, 'task', 3_000)
    const startBytes = process.memoryUsage().arrayBuffers
    let peakBytes = 0
    for await (const page of parts.results.embeddings('task')) {
      expect(page.length).toBeGreaterThan(0)
      peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers - startBytes)
    }
    // The whole of it would be 38 MB.
    expect(peakBytes).toBeLessThan(25_000_000)
  }))

test('what a filter leaves out takes no room, however much it is, and pages go on after it', () =>
  withResults(async (parts) => {
    await addClips(parts, 'task', 3_000)
    const read = async (options: ReadingOptions) =>
      (await collect(parts.results.embeddings('task', options))).flat().map(({ position }) => position)
    // More than 4,000 rows before the first.
    expect(await read({ startSec: 17_990, modalities: ['audio'] })).toEqual([17_988_000, 17_994_000])
    expect(await read({ startSec: 6, endSec: 13, limit: 3 })).toEqual([6_000, 6_000, 12_000])
    expect(await read({ scopes: ['page'] })).toEqual([])
    const all = await read({ numbers: 'none' })
    const after = { scope: 'clip', position: 12_000_000, modality: 'visual' } as const
    expect(await read({ numbers: 'base64', after, limit: 2_000 })).toEqual(
      all.slice(all.indexOf(12_000_000) + 1, all.indexOf(12_000_000) + 2_001),
    )
  }))

test('a vector that cannot be written fails the reading, and the thread goes on', () =>
  withResults(async (parts) => {
    await addTask(parts, 'broken')
    const vector = Float32Array.of(0.5, Number.NaN)
    await parts.store.write((db) =>
      insertClips(db, 'broken', [
        { startSec: 0, endSec: 6, vectors: [{ modality: 'visual', space: 'image', vector }] },
      ]),
    )
    await addClips(parts, 'task', 1)
    await expect(collect(parts.results.embeddings('broken'))).rejects.toMatchObject({
      code: 'internal',
    })
    expect((await collect(parts.results.embeddings('task'))).flat()).toHaveLength(2)
  }))

test('a database that is not there fails the reading, and so does reading after the end', () =>
  withStore(async ({ folder }) => {
    const results = openResults({ file: `${folder}/missing/embedline.db` })
    const reading = () => collect(results.embeddings('task'))
    await expect(reading()).rejects.toMatchObject({ code: 'storage_unavailable' })
    await expect(reading()).rejects.toMatchObject({ code: 'storage_unavailable' })
    await results.close()
    await results.close()
    await expect(reading()).rejects.toThrow('closed')
  }))
