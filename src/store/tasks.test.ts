import { expect, test } from 'vitest'
import { addItems, addTask, itemRows } from '../../test/support/queueItems.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import type { Warning } from '../domain/embedding.ts'
import type { MediaPlan } from '../domain/taskPlan.ts'
import { insertClips } from './embeddings.ts'
import { removeTaskEvents } from './taskEvents.ts'
import {
  addPlannedItems,
  countSettled,
  doneTask,
  endTask,
  setPlanned,
  unfinishedTasks,
} from './taskProgress.ts'
import {
  addEmbeddings,
  getTask,
  getTaskWork,
  keepPlan,
  listTasks,
  removeTask,
  type TaskFilter,
} from './tasks.ts'
import { expiredTasks } from './taskExpiry.ts'

const plan: MediaPlan = {
  facts: {
    container: 'mp4',
    durationSec: 12.5,
    sizeBytes: 5,
    subtitles: [],
    isPicture: false,
    seeksExactly: true,
    warnings: [],
  },
  modalities: ['visual'],
  startMs: 0,
  endMs: 12_500,
}

const warning = (message: string): Warning => ({ code: 'segment_skipped', message })

const newest = { page: 1, pageSize: 10 }

const listed = async ({ store }: StoreForTest, filter: Partial<TaskFilter> = {}) => {
  const { rows, total } = await listTasks(store.read, 'a', { ...newest, ...filter })
  return { ids: rows.map(({ id }) => id), total }
}

test('a task is read back as it was taken, by its own account only', () =>
  withStore(async (parts) => {
    const { store } = parts
    const task = await addTask(parts, 'task', {
      assetId: 'asset',
      filename: 'clip.mp4',
      warnings: [warning('w')],
    })
    expect(task).toMatchObject({ state: 'queued', assetId: 'asset', filename: 'clip.mp4', itemCount: 0 })
    expect(await getTask(store.read, 'a', 'task')).toEqual(task)
    expect(await getTask(store.read, 'b', 'task')).toBeUndefined()
    expect(await getTaskWork(store.read, 'task')).toMatchObject({ objectHash: 'hash', holdsObject: true })
  }))

test('a task is done when its plan is written and its last slice is settled', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    const nowMs = clock.nowMs()
    await addTask(parts, 'task')
    const done = async () => (await doneTask(store.read, 'task')) !== undefined
    await store.write((db) => addPlannedItems(db, 'task', { count: 2, nowMs }))
    expect(await getTask(store.read, 'a', 'task')).toMatchObject({ state: 'processing', itemCount: 2 })
    await store.write((db) => countSettled(db, 'task', { outcome: 'done', nowMs }))
    await store.write((db) => countSettled(db, 'task', { outcome: 'failed', nowMs }))
    expect(await done()).toBe(false)
    await store.write(async (db) => {
      await keepPlan(db, 'task', { plan, reuseKey: 'key', warnings: [warning('planned')], nowMs })
      await setPlanned(db, 'task', nowMs)
    })
    expect(await done()).toBe(true)
    expect(await unfinishedTasks(store.read)).toEqual([{ id: 'task', accountId: 'a', kind: 'media' }])
    await addItems(parts, ['finish'], { taskId: 'task', kind: 'finish' })
    expect(await unfinishedTasks(store.read)).toEqual([])
    expect(await getTask(store.read, 'a', 'task')).toMatchObject({
      doneCount: 1,
      failedCount: 1,
      durationSec: 12.5,
      warnings: [warning('planned')],
    })
  }))

test('a task ends once, and what comes after that does not change its state', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    const end = (state: 'ready' | 'failed') =>
      store.write((db) => endTask(db, 'task', { state }, { addedEmbeddings: 3, nowMs: 5 }))
    expect(await end('ready')).toBe(true)
    expect(await end('failed')).toBe(false)
    await store.write((db) => addPlannedItems(db, 'task', { count: 1, nowMs: 6 }))
    expect(await getTask(store.read, 'a', 'task')).toMatchObject({
      state: 'ready',
      embeddingCount: 3,
      itemCount: 0,
    })
    expect(await doneTask(store.read, 'task')).toBeUndefined()
  }))

test('a failed task says why', () =>
  withStore(async (parts) => {
    const failure = { code: 'media_unreadable', message: 'it is a text' } as const
    await addTask(parts, 'task')
    await parts.store.write((db) =>
      endTask(db, 'task', { state: 'failed', failure }, { addedEmbeddings: 0, nowMs: 5 }),
    )
    expect(await getTask(parts.store.read, 'a', 'task')).toMatchObject({ state: 'failed', failure })
  }))

test('an ended task lets go of an asset’s bytes, but keeps those that came with it', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'of asset', { assetId: 'asset' })
    await addTask(parts, 'own bytes')
    for (const id of ['of asset', 'own bytes'])
      await store.write((db) => endTask(db, id, { state: 'ready' }, { addedEmbeddings: 0, nowMs: 5 }))
    const holds = async (id: string) => (await getTaskWork(store.read, id))?.holdsObject
    expect([await holds('of asset'), await holds('own bytes')]).toEqual([false, true])
  }))

test('the same warning is kept once', () =>
  withStore(async (parts) => {
    await addTask(parts, 'task')
    const add = (...messages: string[]) =>
      parts.store.write((db) =>
        addEmbeddings(db, 'task', { count: 1, warnings: messages.map(warning), nowMs: 5 }),
      )
    await add('one')
    await add('one', 'two')
    expect(await getTask(parts.store.read, 'a', 'task')).toMatchObject({
      embeddingCount: 2,
      warnings: [warning('one'), warning('two')],
    })
  }))

test('lists are newest first, by page, and by account, state and time', () =>
  withStore(async (parts) => {
    const startMs = parts.clock.nowMs()
    for (const id of ['t1', 't2', 't3', 't4', 't5']) {
      await addTask(parts, id)
      parts.clock.advance(1_000)
    }
    await addTask(parts, 'other', { accountId: 'b' })
    await parts.store.write((db) => endTask(db, 't2', { state: 'ready' }, { addedEmbeddings: 0, nowMs: 5 }))
    expect(await listed(parts)).toEqual({ ids: ['t5', 't4', 't3', 't2', 't1'], total: 5 })
    expect(await listed(parts, { page: 2, pageSize: 2 })).toEqual({ ids: ['t3', 't2'], total: 5 })
    expect(await listed(parts, { page: 3, pageSize: 2 })).toEqual({ ids: ['t1'], total: 5 })
    expect(await listed(parts, { page: 9, pageSize: 2 })).toEqual({ ids: [], total: 5 })
    expect(await listed(parts, { states: ['ready', 'partial'] })).toEqual({ ids: ['t2'], total: 1 })
    expect(await listed(parts, { createdAfterMs: startMs, createdBeforeMs: startMs + 4_000 })).toEqual({
      ids: ['t4', 't3', 't2'],
      total: 3,
    })
  }))

test('tasks of the same millisecond keep one order over all pages', () =>
  withStore(async (parts) => {
    for (const id of ['t3', 't1', 't2']) await addTask(parts, id)
    const pages = [1, 2, 3].map((page) => listed(parts, { page, pageSize: 1 }))
    expect((await Promise.all(pages)).flatMap(({ ids }) => ids)).toEqual(['t3', 't2', 't1'])
  }))

test(
  'past ten thousand a list is not counted, but says that another page follows for as long as one does',
  () =>
    withStore(async (parts) => {
      await addTask(parts, 'pattern')
      await parts.store.write(async (db) => {
        const row = await db.selectFrom('task').selectAll().executeTakeFirstOrThrow()
        for (let batch = 0; batch < 21; batch++)
          await db
            .insertInto('task')
            .values(Array.from({ length: 500 }, (_, index) => ({ ...row, id: `${batch} ${index}` })))
            .execute()
      })
      const total = async (page: number) => (await listed(parts, { page, pageSize: 50 })).total
      expect(await total(1)).toBe(10_000)
      expect(await total(205)).toBe(10_251)
      expect(await total(211)).toBe(10_501)
      expect(await listed(parts, { page: 212, pageSize: 50 })).toEqual({ ids: [], total: 10_000 })
    }),
  20_000,
)

test('a task past its retention is found and removed with its items, vectors first', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addTask(parts, 'old', { expiresMs: clock.nowMs() })
    await addTask(parts, 'new', { expiresMs: clock.nowMs() + 1 })
    await addItems(parts, ['slice'], { taskId: 'old' })
    expect(await expiredTasks(store.read, clock.nowMs(), 10)).toEqual([
      { id: 'old', kind: 'media', state: 'queued' },
    ])
    await store.write((db) =>
      insertClips(db, 'old', [
        { startSec: 0, endSec: 1, vectors: [{ modality: 'visual', space: 's', vector: Float32Array.of(1) }] },
      ]),
    )
    await expect(store.write((db) => removeTask(db, 'old'))).rejects.toThrow(/foreign key/i)
    await store.write((db) => db.deleteFrom('embedding').execute())
    expect(await store.write((db) => removeTask(db, 'old'))).toBe(true)
    expect(await store.write((db) => removeTask(db, 'old'))).toBe(false)
    expect(await itemRows(store.read)).toEqual([])
  }))

test('what happens to a task is kept once, in order', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    await store.write((db) => addPlannedItems(db, 'task', { count: 2, nowMs: 6 }))
    await store.write((db) => addPlannedItems(db, 'task', { count: 1, nowMs: 7 }))
    await store.write((db) => endTask(db, 'task', { state: 'ready' }, { nowMs: 8 }))
    expect(await store.write((db) => endTask(db, 'task', { state: 'failed' }, { nowMs: 9 }))).toBe(false)
    const kept = await store.read.selectFrom('task_event').selectAll().orderBy('id').execute()
    expect(kept.map(({ kind, details_json, account_id }) => [kind, details_json, account_id])).toEqual([
      ['created', '{}', 'a'],
      ['processing', '{}', 'a'],
      ['ended', '{"state":"ready"}', 'a'],
    ])
    expect(await store.write((db) => removeTaskEvents(db, 'task', 2))).toBe(2)
    expect(await store.write((db) => removeTaskEvents(db, 'task', 2))).toBe(1)
    expect(await store.write((db) => removeTaskEvents(db, 'task', 2))).toBe(0)
  }))
