import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { MadeUpRows } from '../../test/support/searchLoader.ts'
import type { SearchOrder } from './order.ts'
import { openSearch } from './search.ts'

const url = new URL('../../test/support/searchLoader.ts', import.meta.url).href
const searchOf = (settings: MadeUpRows) => openSearch({ loader: { url, settings }, memoryBytes: 1e9 })

const order: SearchOrder = {
  bucketId: 1,
  model: { id: 'tiny', revision: '1' },
  version: 1,
  vector: new Float32Array(16).fill(0.25),
  vectorWeight: 1,
  limit: 2,
}

test('a thread loads a bucket with the first search and finds the nearest chunks, again and again', async () => {
  const search = searchOf({ files: 30, length: 16 })
  try {
    const [first, second] = await Promise.all([search.find(order), search.find(order)])
    expect(first).toMatchObject({
      method: 'exact',
      hits: [
        { fileId: 30, ordinal: 0, cosine: expect.closeTo(1) as number },
        { fileId: 29, ordinal: 0 },
      ],
    })
    expect(second).toEqual(first)
    expect((await search.find({ ...order, terms: { word3: 1 } })).hits).toMatchObject([
      { fileId: 3 },
      { fileId: 30 },
    ])
    expect((await search.find({ ...order, bucketId: 2 })).hits).toEqual([])
  } finally {
    await search.close()
  }
})

test('while a thread loads and searches, the main thread does other things', async () => {
  const search = searchOf({ files: 20_000, length: 16 })
  try {
    let turns = 0
    let isOver = false
    const found = search.find(order).finally(() => (isOver = true))
    for (; !isOver; turns++) await setImmediate()
    expect((await found).hits[0]).toMatchObject({ fileId: 20_000 })
    expect(turns).toBeGreaterThan(1000)
  } finally {
    await search.close()
  }
})

test('what the loader refuses comes with its code, a bug as one', async () => {
  for (const [failure, code] of [
    ['refused', 'disk_full'],
    ['broken', 'internal'],
  ] as const) {
    const search = searchOf({ files: 1, length: 16, failure })
    await expect(search.find(order)).rejects.toMatchObject({ code })
    await search.close()
  }
})

test('searches of a thread that died fail, and the next one has a new thread', async () => {
  const search = searchOf({ files: 1, length: 16, failure: 'exit' })
  await expect(search.find(order)).rejects.toMatchObject({ code: 'storage_unavailable' })
  await expect(search.find(order)).rejects.toMatchObject({ code: 'storage_unavailable' })
  await search.close()
})

test('closing waits for searches that run; after it there are none', async () => {
  const search = searchOf({ files: 5000, length: 16 })
  const found = search.find(order)
  await search.close()
  expect((await found).hits).toHaveLength(2)
  await expect(search.find(order)).rejects.toMatchObject({ code: 'storage_unavailable' })
})
