import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { noTasks } from '../../test/support/noTasks.ts'
import type { LoadedVector, Loader, VectorPlace } from './loader.ts'
import { makeHeldVectors } from './heldVectors.ts'
import type { TaskSearchOrder } from './order.ts'

const DIMENSION = 4
const AXES = [0, 1, 2, 3]

/** A direction between the first axis (0) and the second one (1). */
const direction = (share: number) => Float32Array.of(Math.sqrt(1 - share * share), share, 0, 0)

type Vector = Partial<VectorPlace> & { vector?: Float32Array }

/** The vectors of a set in memory, with what is read of them. */
function storeOf() {
  const tasks = new Map<string, { version: number; assetId?: string; vectors: Vector[] }>()
  const metadata = new Map<string, Record<string, string | number>>()
  const calls: { taskId?: string; since: number; rows: string[] }[] = []
  let version = 0
  let removedVersion = 0
  const rowsOf = (taskId: string): LoadedVector[] => {
    const { assetId, vectors = [] } = tasks.get(taskId) ?? {}
    return vectors.map(({ vector = direction(0), ...place }, i) => ({
      taskId,
      ...(assetId !== undefined && { assetId }),
      scope: 'clip',
      modality: 'visual',
      position: i * 6000,
      endMs: i * 6000 + 6000,
      ...place,
      vector,
    }))
  }
  const loader: Loader = {
    ...noTasks,
    changes: async () => false,
    async taskChanges({ setId, taskId }, since, take) {
      if (setId !== 1) return false
      const ids = [...tasks].filter(([id]) => taskId === undefined || id === taskId)
      const changed = new Set(ids.filter(([, each]) => each.version > since).map(([id]) => id))
      calls.push({ ...(taskId !== undefined && { taskId }), since, rows: [...changed] })
      await take({
        version,
        dimension: DIMENSION,
        ...(removedVersion > since && { remaining: new Set(ids.map(([id]) => id)) }),
        changed,
        pages: [...changed].map(rowsOf),
      })
      return true
    },
    assetsWith: async (_accountId, fits) =>
      new Set([...metadata].filter(([, values]) => fits(values)).map(([id]) => id)),
    close: async () => {},
  }
  const held = makeHeldVectors({ loader, memoryBytes: 1e9, turn: () => setImmediate() })
  return {
    calls,
    metadata,
    put(taskId: string, vectors: Vector[], assetId?: string) {
      tasks.set(taskId, { version: ++version, ...(assetId !== undefined && { assetId }), vectors })
    },
    remove(taskId: string) {
      tasks.delete(taskId)
      removedVersion = ++version
    },
    search: (order: Partial<TaskSearchOrder> = {}) =>
      held.findTasks({ setId: 1, version, vector: direction(0), groups: 10, moments: 3, ...order }),
  }
}

type Store = ReturnType<typeof storeOf>

const namesOf = async (store: Store, order?: Partial<TaskSearchOrder>) =>
  (await store.search(order)).groups.map((hits) =>
    hits.map(({ taskId, scope, modality, position }) => `${taskId} ${scope} ${modality} ${position}`),
  )

test('tasks of one asset are one group, whose moments are told once each, best first', async () => {
  const store = storeOf()
  store.put('a', [{ vector: direction(0.5) }, { vector: direction(0.2) }], 'asset')
  store.put('b', [{ vector: direction(0.1) }, { vector: direction(0.2), modality: 'audio' }], 'asset')
  store.put('c', [{ vector: direction(0.3) }])
  expect(await namesOf(store)).toEqual([['b clip visual 0', 'a clip visual 6000'], ['c clip visual 0']])
  expect(await namesOf(store, { groups: 1, moments: 1 })).toEqual([['b clip visual 0']])
})

test('a search with a newer version reads only the tasks that changed, and forgets those that are gone', async () => {
  const store = storeOf()
  store.put('a', [{}])
  store.put('b', [{}])
  await store.search()
  await store.search()
  store.put('a', [{ vector: direction(0.1) }, { vector: direction(0.9) }])
  expect(await namesOf(store)).toEqual([['b clip visual 0'], ['a clip visual 0', 'a clip visual 6000']])
  store.remove('b')
  expect(await namesOf(store)).toEqual([['a clip visual 0', 'a clip visual 6000']])
  store.put('b', [{}], 'asset')
  expect(await namesOf(store)).toHaveLength(2)
  expect(store.calls.map(({ since, rows }) => [since, ...rows])).toEqual([
    [0, 'a', 'b'],
    [2, 'a'],
    [3],
    [4, 'b'],
  ])
})

test('one task alone is read by itself', async () => {
  const store = storeOf()
  store.put('a', [{}])
  store.put('b', [{}])
  expect(await namesOf(store, { taskIds: ['b'] })).toEqual([['b clip visual 0']])
  expect(await namesOf(store, { taskIds: ['a', 'b'], notTaskIds: ['a'] })).toEqual([['b clip visual 0']])
  store.remove('b')
  expect(await namesOf(store, { taskIds: ['b'] })).toEqual([])
  expect(store.calls).toMatchObject([{ taskId: 'b', since: 0 }, { since: 0 }, { taskId: 'b', since: 2 }])
})

test('filters leave out vectors before the nearest are chosen', async () => {
  const store = storeOf()
  const near = Array.from({ length: 300 }, () => ({ modality: 'audio' as const }))
  store.put('near', near, 'loud')
  store.put('far', [{ vector: direction(0.8) }, { vector: direction(0.9), scope: 'page', endMs: 0 }], 'red')
  store.metadata.set('red', { colour: 'red', year: 2024 })
  store.metadata.set('loud', { year: 2020 })
  const some = { groups: 1, moments: 1 }
  const far = [['far clip visual 0']]
  expect(await namesOf(store, some)).toEqual([['near clip audio 0']])
  expect(await namesOf(store, { ...some, modalities: ['visual'] })).toEqual(far)
  expect(await namesOf(store, { ...some, scopes: ['page'] })).toEqual([['far page visual 6000']])
  expect(await namesOf(store, { ...some, startMs: 12_000, endMs: 15_000 })).toEqual([
    ['near clip audio 12000'],
  ])
  expect(await namesOf(store, { startMs: 1_800_000 })).toEqual([])
  const metadata = { accountId: 'a', filter: { year: { gte: 2021 } } }
  expect(await namesOf(store, { ...some, metadata })).toEqual(far)
  expect(await namesOf(store, { ...some, minCosine: 0.7, modalities: ['visual'] })).toEqual([])
})

test('the whole of an asset is found where nothing smaller has a vector, or when it is asked for', async () => {
  const store = storeOf()
  const whole = { scope: 'asset' as const }
  store.put('picture', [{ ...whole, vector: direction(0.5) }])
  store.put('film', [{ vector: direction(0.6) }, { ...whole, vector: direction(0.1), position: 0 }])
  expect(await namesOf(store)).toEqual([['picture asset visual 0'], ['film clip visual 0']])
  expect(await namesOf(store, { scopes: ['asset'] })).toEqual([
    ['film asset visual 0'],
    ['picture asset visual 0'],
  ])
})

test('an answer says among how many vectors it was found', async () => {
  const store = storeOf()
  store.put(
    'a',
    AXES.map((axis) => ({ modality: axis === 0 ? 'visual' : 'audio' })),
  )
  const { groups: _, loadMs, searchMs, ...rest } = await store.search({ modalities: ['audio'], counts: true })
  expect(rest).toEqual({ method: 'exact', vectorCount: 4, matchingCount: 3, kernel: 'wasm', exactCount: 6 })
  expect(loadMs + searchMs).toBeGreaterThan(0)
  expect(await store.search({ setId: 2 })).toMatchObject({ groups: [], vectorCount: 0, exactCount: 0 })
})
