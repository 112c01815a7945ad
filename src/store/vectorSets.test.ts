import { expect, test } from 'vitest'
import { addTask } from '../../test/support/queueItems.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { replaceAssetVectors, insertClips, removeEmbeddings } from './embeddings.ts'
import { copyEmbeddings } from './reuse.ts'
import { hideTask } from './taskExpiry.ts'
import { listSets, listSetsOfTasks } from './vectorSets.ts'

const clip = (startSec: number, space: string, dimension = 4) => ({
  startSec,
  endSec: startSec + 6,
  vectors: [{ modality: 'visual' as const, space, vector: new Float32Array(dimension) }],
})

const addClips = ({ store }: StoreForTest, taskId: string, clips: readonly ReturnType<typeof clip>[]) =>
  store.write((db) => insertClips(db, taskId, clips))

const MODEL = { id: 'builtin', revision: '1' }

// The numbers of sets only rise.
const audio = expect.any(Number) as number

test('vectors are counted by what they may be compared with, and each change raises the version of its set', () =>
  withStore(async (parts) => {
    const { read, write } = parts.store
    await addTask(parts, 'one')
    await addTask(parts, 'two')
    expect(await addClips(parts, 'one', [clip(0, 'image'), clip(6, 'image'), clip(12, 'image', 8)])).toBe(3)
    // One of them is there already.
    expect(await addClips(parts, 'one', [clip(6, 'image'), clip(18, 'image')])).toBe(1)
    await write((db) =>
      replaceAssetVectors(db, 'two', 0, [
        { modality: 'audio', space: 'audio', endMs: 1, vector: new Float32Array(4) },
        { modality: 'visual', space: 'image', endMs: 1, vector: new Float32Array(4) },
      ]),
    )
    expect(await listSets(read, 'a')).toEqual([
      { id: 1, model: MODEL, space: 'image', dimension: 4, vectorCount: 4, version: 3 },
      { id: 2, model: MODEL, space: 'image', dimension: 8, vectorCount: 1, version: 1 },
      { id: audio, model: MODEL, space: 'audio', dimension: 4, vectorCount: 1, version: 1 },
    ])
    expect(await listSets(read, 'b')).toEqual([])
    // Another vector in the place of one is as many, and a change.
    const picture = { modality: 'visual' as const, space: 'image', endMs: 1, vector: new Float32Array(4) }
    expect(await write((db) => replaceAssetVectors(db, 'two', 0, [picture]))).toBe(0)
    expect(await listSets(read, 'a')).toMatchObject([{ vectorCount: 4, version: 4 }, {}, {}])
    expect(await listSetsOfTasks(read, 'a', ['two', 'nothing'])).toMatchObject([
      { id: 1, vectorCount: 1, version: 4 },
      { id: audio, vectorCount: 1 },
    ])
    expect(await listSetsOfTasks(read, 'b', ['two'])).toEqual([])
  }))

test('a task whose vectors are being removed has none in any set', () =>
  withStore(async (parts) => {
    const { read, write } = parts.store
    await addTask(parts, 'one')
    await addTask(parts, 'two')
    await addClips(parts, 'one', [clip(0, 'image'), clip(6, 'image')])
    await addClips(parts, 'two', [clip(0, 'image')])
    expect(await write((db) => removeEmbeddings(db, 'one', 1))).toBe(1)
    expect(await listSets(read, 'a')).toMatchObject([{ vectorCount: 1, version: 3 }])
    expect(await listSetsOfTasks(read, 'a', ['one'])).toEqual([])
    await write((db) => removeEmbeddings(db, 'one', 10))
    expect(await listSets(read, 'a')).toMatchObject([{ vectorCount: 1, version: 3 }])
    expect(await read.selectFrom('vector_set').select('removed_version').execute()).toEqual([
      { removed_version: 3 },
    ])
  }))

test('a task that was deleted is in no set from the first moment on, and copied vectors are in theirs', () =>
  withStore(async (parts) => {
    const { read, write } = parts.store
    await addTask(parts, 'one')
    await addTask(parts, 'two')
    await addClips(parts, 'one', [clip(0, 'image'), clip(6, 'audio')])
    await write((db) => copyEmbeddings(db, { from: 'one', to: 'two', limit: 10 }))
    expect(await listSets(read, 'a')).toMatchObject([{ vectorCount: 2 }, { vectorCount: 2 }])
    await write((db) => db.updateTable('task').set({ state: 'ready' }).where('id', '=', 'one').execute())
    await write((db) => hideTask(db, 'a', 'one', 1))
    expect(await listSetsOfTasks(read, 'a', ['one'])).toEqual([])
    expect(await listSets(read, 'a')).toMatchObject([{ vectorCount: 1 }, { vectorCount: 1 }])
  }))
