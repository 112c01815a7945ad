import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { chanceFrom, unitVector } from '../../test/support/unitVectors.ts'
import { noTasks } from '../../test/support/noTasks.ts'
import { makeHeldVectors } from './heldVectors.ts'
import type { LoadedRow, Loader } from './loader.ts'
import type { FoundChunks, SearchOrder } from './order.ts'

interface StoredFile {
  version: number
  rows: LoadedRow[]
}

/** A store of one bucket in memory that notes what is read of it. */
function storeOf(bucketIds: readonly number[]) {
  const files = new Map<number, StoredFile>()
  const calls: { bucketId: number; since: number }[] = []
  let version = 0
  let failure: Error | undefined
  const loader: Loader = {
    async changes({ bucketId }, since, take) {
      calls.push({ bucketId, since })
      if (!bucketIds.includes(bucketId)) return false
      const changed = [...files].filter(([, file]) => file.version > since)
      const pages = function* () {
        for (const [, { rows }] of changed) {
          yield rows
          if (failure) throw failure
        }
      }
      await take({ version, dropped: changed.map(([fileId]) => fileId), pages: pages() })
      return true
    },
    ...noTasks,
    close: async () => {},
  }
  return {
    loader,
    calls,
    put(fileId: number, rows: readonly Partial<LoadedRow>[]) {
      files.set(fileId, { version: ++version, rows: rows.map((row, i) => rowOf(fileId, i, row)) })
    },
    failWith: (next: Error | undefined) => void (failure = next),
    version: () => version,
  }
}

const axis = (index: number, length = 4) => Float32Array.from({ length }, (_, i) => (i === index ? 1 : 0))

const rowOf = (fileId: number, ordinal: number, row: Partial<LoadedRow>): LoadedRow => ({
  fileId,
  ordinal,
  key: `file ${fileId}.txt`,
  vector: axis(0),
  termsJson: '{}',
  ...row,
})

const heldOf = (store: { loader: Loader }, memoryBytes = 1e9) =>
  makeHeldVectors({ loader: store.loader, memoryBytes, turn: () => setImmediate() })

const orderOf = (version: number, more: Partial<SearchOrder> = {}): SearchOrder => ({
  bucketId: 1,
  model: { id: 'tiny', revision: '1' },
  version,
  vector: axis(0),
  vectorWeight: 1,
  limit: 10,
  ...more,
})

const filesOf = ({ hits }: FoundChunks) => hits.map(({ fileId }) => fileId)

test('a search with a newer version reads only what changed, one with a known version nothing', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  store.put(1, [{}, { vector: axis(1) }])
  store.put(2, [{ vector: axis(2) }])
  expect(filesOf(await held.find(orderOf(2)))).toEqual([1, 1, 2])
  expect(filesOf(await held.find(orderOf(2)))).toEqual([1, 1, 2])
  store.put(1, [])
  store.put(3, [{}])
  expect(filesOf(await held.find(orderOf(4)))).toEqual([3, 2])
  expect(filesOf(await held.find(orderOf(3)))).toEqual([3, 2])
  expect(store.calls.map(({ since }) => since)).toEqual([0, 2])
})

test('words are read when a search first needs them, and follow the changes from then on', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  store.put(1, [{ vector: axis(1), termsJson: '{"wing":1,"constructor":2}' }])
  store.put(2, [{}])
  await held.find(orderOf(2))
  expect(filesOf(await held.find(orderOf(2, { terms: { constructor: 1 }, vectorWeight: 0.5 })))).toEqual([
    1, 2,
  ])
  expect(store.calls).toHaveLength(2)
  store.put(1, [{ termsJson: '{"flow":1}' }])
  store.put(3, [{ vector: axis(3), termsJson: '{"wing":1}' }])
  expect(filesOf(await held.find(orderOf(4, { terms: { wing: 1 } })))).toEqual([3, 1, 2])
  expect(store.calls.map(({ since }) => since)).toEqual([0, 0, 2, 2])
})

test('keys, certainty and the limit leave out chunks before ranks are given', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  store.put(1, [{ key: 'a/one.pdf', termsJson: '{"wing":3}' }])
  store.put(2, [{ key: 'a/two.txt', termsJson: '{"wing":2}' }])
  store.put(3, [{ key: 'three.pdf', vector: axis(1), termsJson: '{"wing":1}' }])
  for (const terms of [undefined, { wing: 1 }]) {
    const find = async (more: Partial<SearchOrder>) =>
      filesOf(await held.find(orderOf(3, { ...(terms && { terms }), ...more })))
    expect(await find({ keyPattern: '*.pdf' })).toEqual([1, 3])
    expect(await find({ keyPattern: 'a/*' })).toEqual([1, 2])
    expect(await find({ minCertainty: 0.75 })).toEqual([1, 2])
    expect(await find({ keyPattern: '*.pdf', minCertainty: 0.75 })).toEqual([1])
    expect(await find({ limit: 1 })).toEqual([1])
    expect(await find({ keyPattern: 'nothing' })).toEqual([])
  }
})

test('hits tell the cosine of their chunk, also those that were found by their words', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  const chance = chanceFrom(1)
  for (let fileId = 1; fileId <= 1500; fileId++) store.put(fileId, [{ vector: unitVector(4, chance) }])
  store.put(2000, [{ vector: axis(0).map((number) => -number), termsJson: '{"wing":1}' }])
  const { hits } = await held.find(orderOf(1501, { terms: { wing: 1 }, vectorWeight: 0.5 }))
  const [first, second] = hits
  expect(first).toEqual({ fileId: 2000, ordinal: 0, cosine: -1, score: 1 / 61 })
  expect(second!.score).toBe(0.5 / 61)
})

test('vectors of another length are not found, and do no harm', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  store.put(1, [{ vector: axis(0, 8), termsJson: '{"wing":1}' }])
  store.put(2, [{ termsJson: '{"wing":1}' }])
  expect(filesOf(await held.find(orderOf(2)))).toEqual([2])
  expect(filesOf(await held.find(orderOf(2, { terms: { wing: 1 } })))).toEqual([2])
  expect(filesOf(await held.find(orderOf(2, { vector: axis(0, 8) })))).toEqual([1])
})

test('a load that breaks off leaves nothing half loaded behind', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  store.put(1, [{}])
  store.put(2, [{}])
  store.failWith(new Error('the disk broke'))
  await expect(held.find(orderOf(2))).rejects.toThrow('the disk broke')
  store.failWith(undefined)
  expect(filesOf(await held.find(orderOf(2)))).toEqual([1, 2])
  expect(store.calls.map(({ since }) => since)).toEqual([0, 0])
})

test('what was searched longest ago is forgotten when memory is short, and loaded again when asked for', async () => {
  const store = storeOf([1, 2, 3])
  store.put(1, [{ vector: axis(0, 512) }])
  const held = heldOf(store, 1_500_000)
  const find = (bucketId: number) => held.find(orderOf(1, { bucketId, vector: axis(0, 512) }))
  for (const bucketId of [1, 2, 1, 3, 1, 2]) expect((await find(bucketId)).hits).toHaveLength(1)
  expect(store.calls.map(({ bucketId }) => bucketId)).toEqual([1, 2, 3, 2])
})

test('a bucket larger than the memory is searched all the same', async () => {
  const store = storeOf([1])
  store.put(1, [{}])
  expect((await heldOf(store, 0).find(orderOf(1))).hits).toHaveLength(1)
})

test('searches of one bucket at once load it once; a bucket that is not there has no hits', async () => {
  const store = storeOf([1])
  const held = heldOf(store)
  for (let fileId = 1; fileId <= 50; fileId++) store.put(fileId, [{}])
  const found = await Promise.all(Array.from({ length: 5 }, () => held.find(orderOf(50, { limit: 100 }))))
  expect(found.map(({ hits }) => hits.length)).toEqual([50, 50, 50, 50, 50])
  expect(store.calls).toHaveLength(1)
  expect((await held.find(orderOf(1, { bucketId: 9 }))).hits).toEqual([])
})

test('what two models embedded of a bucket is held apart', async () => {
  const asked: unknown[] = []
  const loader: Loader = {
    async changes(source, since, take) {
      asked.push([source.model.revision, since])
      await take({ version: 1, dropped: [], pages: [[rowOf(Number(source.model.revision), 0, {})]] })
      return true
    },
    ...noTasks,
    close: async () => {},
  }
  const held = heldOf({ loader })
  const find = async (revision: string) =>
    filesOf(await held.find(orderOf(1, { model: { id: 'tiny', revision } })))
  expect([await find('1'), await find('2'), await find('1')]).toEqual([[1], [2], [1]])
  expect(asked).toEqual([
    ['1', 0],
    ['2', 0],
  ])
})
