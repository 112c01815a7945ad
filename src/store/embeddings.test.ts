import { expect, test } from 'vitest'
import { addTask } from '../../test/support/queueItems.ts'
import { withStore } from '../../test/support/withStore.ts'
import type { Clip } from '../domain/sliceWork.ts'
import { insertClips, insertSums, readSums, removeEmbeddings, type StoredSum } from './embeddings.ts'

const clip = (startSec: number, value: number): Clip => ({
  startSec,
  endSec: startSec + 1,
  vectors: [
    { modality: 'visual', space: 'image', vector: Float32Array.of(value) },
    { modality: 'audio', space: 'audio', vector: Float32Array.of(value) },
  ],
})

const sum = (weightSec: number, modality: StoredSum['modality'] = 'visual'): StoredSum => ({
  modality,
  space: 'image',
  weightSec,
  endMs: 60_000,
  sum: Float64Array.of(0.1, weightSec),
})

test('a slice that is written twice is there once, as it was written first', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    expect(await store.write((db) => insertClips(db, 'task', [clip(0, 1), clip(1, 1)]))).toBe(4)
    expect(await store.write((db) => insertClips(db, 'task', [clip(1, 2), clip(2, 2)]))).toBe(2)
    const rows = await store.read.selectFrom('embedding').select(['position', 'vector']).execute()
    expect(rows.filter(({ position }) => position === 1_000).map(({ vector }) => [...vector])).toEqual([
      [0, 0, 128, 63],
      [0, 0, 128, 63],
    ])
    expect(await store.write((db) => insertClips(db, 'task', []))).toBe(0)
  }))

test('vectors that are part of a larger buffer are stored alone', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    const vector = Float32Array.of(9, 1, 9).subarray(1, 2)
    const part = { startSec: 0, endSec: 1, vectors: [{ modality: 'visual' as const, space: 's', vector }] }
    await store.write((db) => insertClips(db, 'task', [part]))
    const row = await store.read.selectFrom('embedding').select('vector').executeTakeFirstOrThrow()
    expect([...row.vector]).toEqual([0, 0, 128, 63])
  }))

test('sums come back exactly, in the order of slices and modalities, whichever was written first', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    await store.write((db) => insertSums(db, 'task', 10, [sum(10)]))
    await store.write((db) => insertSums(db, 'task', 2, [sum(3, 'audio'), sum(2)]))
    await store.write((db) => insertSums(db, 'task', 2, [sum(99)]))
    expect(await readSums(store.read, 'task')).toEqual([sum(2), sum(3, 'audio'), sum(10)])
  }))

test('vectors and sums of a task are removed in batches until none is left', () =>
  withStore(async (parts) => {
    const { store } = parts
    for (const id of ['task', 'other']) {
      await addTask(parts, id)
      await store.write((db) => insertClips(db, id, [clip(0, 1), clip(1, 1), clip(2, 1)]))
      await store.write((db) => insertSums(db, id, 0, [sum(1)]))
    }
    const removed: number[] = []
    do removed.push(await store.write((db) => removeEmbeddings(db, 'task', 4)))
    while (removed.at(-1) !== 0)
    expect(removed).toEqual([4, 3, 0])
    expect(await readSums(store.read, 'other')).toHaveLength(1)
    expect(await store.read.selectFrom('embedding').select('task_id').execute()).toHaveLength(6)
  }))
