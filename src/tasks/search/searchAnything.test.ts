import { expect, test } from 'vitest'
import { embedBucket, fillHandbook, never, pretendOtherModel } from '../../../test/support/handbook.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../../test/support/taskRoom.ts'
import { insertClips } from '../../store/embeddings.ts'
import { insertTask } from '../../store/tasks.ts'
import { createAsset } from '../assets.ts'
import { createMediaTask } from '../create.ts'
import { expireTasks } from '../expire.ts'
import { workOn } from '../work.ts'
import { searchAnything } from './searchAnything.ts'
import type { SearchRequest, SearchResult } from './searchRequest.ts'

const TEXT: SearchRequest = {
  query: { kind: 'text', text: 'aaaa' },
  limit: 10,
  moments: 2,
  mergesMoments: false,
  filter: {},
  explains: false,
}

const search = (room: TaskRoom, request: Partial<SearchRequest> = {}, account = room.account) =>
  searchAnything(room.parts, account, { ...TEXT, ...request }, never)

const find = async (room: TaskRoom, request: Partial<SearchRequest> = {}) =>
  (await search(room, request)).results.map(nameOf)

const nameOf = (result: SearchResult): string =>
  result.kind === 'file' ? result.key : (result.asset?.filename ?? result.moments[0]!.task.id)

async function addAsset(room: TaskRoom, filename: string, userMetadata?: Record<string, string>) {
  const received = await room.received(filename)
  const asset = await createAsset(room.parts, room.account, {
    received,
    filename,
    ...(userMetadata && { userMetadata }),
  })
  await room.drain()
  return asset.id
}

const startTask = async (room: TaskRoom, assetId: string) =>
  (
    await createMediaTask(room.parts, room.account, {
      modelName: 'tiny',
      request: REQUEST,
      source: { assetId },
    })
  ).id

async function embedAsset(room: TaskRoom, filename: string, userMetadata?: Record<string, string>) {
  const assetId = await addAsset(room, filename, userMetadata)
  const taskId = await startTask(room, assetId)
  await room.drain()
  return { assetId, taskId }
}

/** A task whose clips, of six seconds each, have these vectors of model `tiny` or of another one. */
async function addTask(
  room: TaskRoom,
  id: string,
  vectors: readonly Float32Array[],
  { model = { id: 'tiny', revision: '1' }, space = 'tiny' } = {},
) {
  const nowMs = room.clock.nowMs()
  await room.parts.store.write(async (db) => {
    await insertTask(db, {
      id,
      accountId: room.account.id,
      modelName: model.id,
      model,
      request: REQUEST,
      warnings: [],
      mayReuse: false,
      nowMs,
      expiresMs: nowMs + 1000,
    })
    await insertClips(
      db,
      id,
      vectors.map((vector, at) => ({
        startSec: at * 6,
        endSec: at * 6 + 6,
        vectors: [{ modality: 'visual' as const, space, vector }],
      })),
    )
  })
}

/** Of a text of these letters; see `taskRoom.ts`. */
const letters = (a: number, rest: number) => {
  const length = Math.hypot(a, rest)
  return Float32Array.of(a / length, rest / length, 0, 0)
}

test('a text finds clips in one space with it, grouped by asset, with the best moments first', async () => {
  const room = await taskRoom()
  const { assetId, taskId } = await embedAsset(room, 'film.mp4', { series: 'one' })
  await addTask(room, 'near', [letters(1, 1), letters(3, 1), letters(2, 1)])
  const { query, results, skipped } = await search(room)
  expect(query).toEqual({ model: { id: 'tiny', revision: '1' }, space: 'tiny', dimension: 4 })
  expect(skipped).toEqual([])
  expect(results).toMatchObject([
    {
      kind: 'asset',
      score: 1,
      asset: { id: assetId, filename: 'film.mp4', userMetadata: { series: 'one' } },
      moments: [
        {
          score: 1,
          task: { id: taskId, state: 'ready' },
          modality: 'visual',
          scope: 'clip',
          startSec: 0,
          endSec: 6,
        },
        { score: 1, startSec: 6 },
      ],
    },
    { score: expect.closeTo(3 / Math.sqrt(10)) as number, moments: [{ startSec: 6 }, { startSec: 12 }] },
  ])
})

test('finished slices of a task that still runs are found', async () => {
  const room = await taskRoom()
  const assetId = await addAsset(room, 'film.mp4')
  const taskId = await startTask(room, assetId)
  expect(await find(room)).toEqual([])
  for (const kind of ['plan', 'slice']) {
    const item = await room.claim()
    expect(item?.kind).toBe(kind)
    await workOn(room.parts, item!, never)
  }
  const { results } = await search(room, { moments: 1 })
  expect(results).toMatchObject([{ moments: [{ task: { id: taskId, state: 'processing' }, scope: 'clip' }] }])
})

test('a task that was deleted is not found, nor one that goes while the search runs', async () => {
  const room = await taskRoom()
  await addTask(room, 'old', [letters(9, 1), letters(9, 2)])
  await addTask(room, 'other', [letters(8, 1)])
  expect(await find(room)).toEqual(['old', 'other'])
  const findTasks = room.parts.search.findTasks.bind(room.parts.search)
  const searched: number[] = []
  room.parts.search.findTasks = async (order) => {
    const hits = await findTasks(order)
    if (searched.push(order.groups) === 1) {
      await room.parts.store.write((db) =>
        db.updateTable('task').set({ expires_ms: 0 }).where('id', '=', 'old').execute(),
      )
      await expireTasks(room.parts)
    }
    return hits
  }
  expect(await find(room, { limit: 1 })).toEqual(['other'])
  expect(searched).toEqual([1, 4])
  expect(await find(room)).toEqual(['other'])
})

test('tasks and buckets are searched together, and what a filter does not fit is left out', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await embedAsset(room, 'red.mp4', { colour: 'red' })
  await embedAsset(room, 'blue.mp4', { colour: 'blue' })
  const all = await find(room)
  expect(all.slice(0, 3).toSorted()).toEqual(['a.txt', 'blue.mp4', 'red.mp4'])
  expect(all).toHaveLength(5)
  expect(await find(room, { filter: { keyPattern: 'folder/*' } })).toEqual(['folder/b.txt'])
  const red = { metadata: { colour: { oneOf: ['red'] } } }
  expect(await find(room, { filter: red })).toEqual(['red.mp4'])
  expect(await find(room, { filter: { modalities: ['text'] }, limit: 1 })).toEqual(['a.txt'])
  expect(await find(room, { filter: { modalities: ['audio'], scopes: ['asset'] } })).toHaveLength(2)
  expect(await find(room, { filter: { startSec: 151 } })).toEqual([])
  const [result] = (await search(room, { filter: { startSec: 20, endSec: 25 }, moments: 9 })).results
  expect(result?.moments).toMatchObject([{ startSec: 18 }, { startSec: 24 }])
})

test('a search is of all of the account, or of the tasks, assets and buckets that it names', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const { assetId } = await embedAsset(room, 'film.mp4')
  await addTask(room, 'near', [letters(1, 1)])
  const range = { taskIds: [], assetIds: [], buckets: [] }
  expect(await find(room, { range: { ...range, taskIds: ['near'] } })).toEqual(['near'])
  expect(await find(room, { range: { ...range, assetIds: [assetId] } })).toEqual(['film.mp4'])
  expect(await find(room, { range: { ...range, buckets: ['handbook'] }, limit: 1 })).toEqual(['a.txt'])
  expect(await find(room, { range: { ...range, taskIds: ['near'], assetIds: [assetId] } })).toHaveLength(2)
  expect(await find(room, { range })).toEqual([])
})

test('what another account has is not there', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const { assetId, taskId } = await embedAsset(room, 'film.mp4')
  const other = room.otherAccount
  expect(await search(room, {}, other)).toMatchObject({ results: [], skipped: [] })
  const range = { taskIds: [], assetIds: [], buckets: [] }
  for (const request of [
    { range: { ...range, taskIds: [taskId] } },
    { range: { ...range, assetIds: [assetId] } },
    { range: { ...range, buckets: ['handbook'] } },
    { query: { kind: 'clip', taskId, excludesSelf: false } },
    { query: { kind: 'clip', assetId, excludesSelf: false } },
  ] satisfies Partial<SearchRequest>[])
    await expect(search(room, request, other)).rejects.toMatchObject({ code: 'not_found' })
})

test('vectors of another model, revision, space or dimension are named and never compared', async () => {
  const room = await taskRoom()
  await addTask(room, 'own', [letters(1, 1)])
  await addTask(room, 'model', [letters(1, 0)], { model: { id: 'old', revision: '1' } })
  await addTask(room, 'revision', [letters(1, 0), letters(1, 0)], { model: { id: 'tiny', revision: '0' } })
  await addTask(room, 'space', [letters(1, 0)], { space: 'else' })
  await addTask(room, 'dimension', [new Float32Array(8).fill(1)])
  await fillHandbook(room)
  await embedBucket(room)
  await room.parts.store.write((db) =>
    db
      .updateTable('bucket_file')
      .set({ settings_json: JSON.stringify({ model: { id: 'older', revision: '1' } }) })
      .execute(),
  )
  await pretendOtherModel(room)
  const { results, skipped } = await search(room)
  expect(results.map(nameOf)).toEqual(['own'])
  expect(skipped).toMatchObject([
    { model: { id: 'old' }, vectorCount: 1, reason: 'other_model' },
    { model: { id: 'tiny', revision: '0' }, vectorCount: 2, reason: 'other_revision' },
    { space: 'else', vectorCount: 1, reason: 'other_space' },
    { dimension: 8, vectorCount: 1, reason: 'other_dimension' },
    { bucket: 'handbook', model: { id: 'older' }, vectorCount: 5, reason: 'other_model' },
  ])
})

test('a moment finds what is like it, also what was embedded of the same asset', async () => {
  const room = await taskRoom()
  await addTask(room, 'one', [letters(1, 0), letters(0, 1)])
  await addTask(room, 'two', [letters(1, 3)])
  const clip = { kind: 'clip', taskId: 'one', excludesSelf: true } as const
  expect(await find(room, { query: { ...clip, startSec: 7 } })).toEqual(['two'])
  const own = await search(room, { query: { ...clip, startSec: 7, excludesSelf: false } })
  expect(own.results).toMatchObject([{ score: 1, moments: [{ startSec: 6 }, { startSec: 0 }] }, {}])
  // Half of each clip: the mean of both.
  const both = await search(room, { query: { ...clip, startSec: 0, endSec: 12 } })
  expect(both.results[0]?.score).toBeCloseTo((1 + 3) / Math.sqrt(2) / Math.sqrt(10))
  await expect(find(room, { query: { ...clip, startSec: 12 } })).rejects.toMatchObject({
    code: 'request_invalid',
    field: 'clip',
  })
})

test('moments that touch each other become one, with the best score', async () => {
  const room = await taskRoom()
  const vectors = [letters(1, 1), letters(4, 1), letters(2, 1), letters(0, 1), letters(3, 1)]
  await addTask(room, 'one', vectors)
  const { results } = await search(room, { mergesMoments: true, moments: 2, minScore: 0.5 })
  expect(results).toMatchObject([
    {
      score: expect.closeTo(4 / Math.sqrt(17)) as number,
      moments: [
        { startSec: 0, endSec: 18, score: expect.closeTo(4 / Math.sqrt(17)) as number },
        { startSec: 24, endSec: 30, score: expect.closeTo(3 / Math.sqrt(10)) as number },
      ],
    },
  ])
})

test('pictures, sounds and vectors are embedded and compared in their space', async () => {
  const room = await taskRoom()
  await addTask(room, 'picture', [Float32Array.of(0, 0, 1, 0)])
  await addTask(room, 'sound', [letters(1, 0)])
  const received = await room.received('bytes')
  const source = { received }
  expect((await find(room, { query: { kind: 'image', source } }))[0]).toBe('picture')
  expect((await find(room, { query: { kind: 'audio', source, startSec: 0 } }))[0]).toBe('sound')
  const vector = Float32Array.of(0, 0, 1, 0)
  expect((await find(room, { query: { kind: 'vector', vector } }))[0]).toBe('picture')
  for (const [wrong, field] of [
    [{ vector: new Float32Array(5).fill(1) }, 'vector'],
    [{ vector, space: 'else' }, 'space'],
  ] as const)
    await expect(find(room, { query: { kind: 'vector', ...wrong } })).rejects.toMatchObject({ field })
})

test('many searches at once find the same while tasks are added', async () => {
  const room = await taskRoom()
  await addTask(room, 'first', [letters(1, 0)])
  const found = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await addTask(room, `task ${i}`, [letters(1, i + 1)])
      return find(room, { limit: 1 })
    }),
  )
  expect(new Set(found.flat())).toEqual(new Set(['first']))
  expect(await find(room, { limit: 100 })).toHaveLength(21)
})

test('an explanation says among how many vectors, how and how fast', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await addTask(room, 'one', [letters(1, 0), letters(1, 1)])
  const { explanation } = await search(room, { explains: true, filter: { scopes: ['clip'] } })
  expect(explanation).toMatchObject({
    model: { id: 'tiny' },
    sources: [{ vectorCount: 2, matchingCount: 2, kernel: 'wasm' }],
  })
  expect(explanation.totalMs).toBeGreaterThan(0)
})
