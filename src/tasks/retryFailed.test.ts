import { expect, test } from 'vitest'
import { crawlRoom, crawlToEnd } from '../../test/support/crawls.ts'
import { bucketFiles, fillHandbook, never, searchTexts, startBucket } from '../../test/support/handbook.ts'
import { html, site } from '../../test/support/site.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import type { EncodedEmbedding } from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import { createAsset, deleteAsset } from './assets.ts'
import { cancelTask } from './cancel.ts'
import { createMediaTask } from './create.ts'
import { deleteEmbeddedBucket } from './deleteBucket.ts'
import { getAnyTask } from './getAny.ts'
import { retryTask } from './retryFailed.ts'
import { sweepLeases } from './sweep.ts'
import { workOn } from './work.ts'

const start = async (room: TaskRoom, request: Partial<MediaRequest> = {}) =>
  (
    await createMediaTask(room.parts, room.account, {
      modelName: 'tiny',
      request: { ...REQUEST, ...request },
      source: { received: await room.received('a video') },
    })
  ).id

const read = (room: TaskRoom, id: string) => getAnyTask(room.parts, room.account.id, id)
const retry = (room: TaskRoom, id: string) => retryTask(room.parts, room.account.id, id)
const cancel = (room: TaskRoom, id: string) => cancelTask(room.parts, room.account.id, id)

async function embeddings(room: TaskRoom, id: string): Promise<EncodedEmbedding[]> {
  const all: EncodedEmbedding[] = []
  for await (const page of room.parts.results.embeddings(id)) all.push(...page)
  return all
}

const step = async (room: TaskRoom) => workOn(room.parts, (await room.claim())!, never)

const damaged = () => {
  throw new EmbedlineError('media_unreadable', 'The data are damaged.')
}

/** The slice of the second minute cannot be read as long as it lasts. */
function breakSecondSlice(room: TaskRoom) {
  room.compute.beforeSlice = (_work, index) => {
    if (index === 1) damaged()
  }
}

const heal = (room: TaskRoom) => void (room.compute.beforeSlice = () => {})

test('only what failed is done again; its gap, and what was made of less, are gone', async () => {
  const room = await taskRoom()
  breakSecondSlice(room)
  const id = await start(room)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'partial', embeddingCount: 32, failedCount: 1 })
  heal(room)
  const seen: number[] = []
  room.compute.beforeSlice = (_work, index) => void seen.push(index)
  expect(await retry(room, id)).toMatchObject({ state: 'processing', failedCount: 1, warnings: [{}] })
  expect(await room.drain()).toEqual(['retry', 'slice', 'finish'])
  expect(seen).toEqual([1])
  const task = await read(room, id)
  expect(task).toMatchObject({
    state: 'ready',
    itemCount: 3,
    doneCount: 3,
    failedCount: 0,
    embeddingCount: 52,
    warnings: [],
  })
  expect(task).not.toHaveProperty('failure')
  const rows = await embeddings(room, id)
  expect(rows).toHaveLength(52)
  expect(rows.filter(({ scope }) => scope === 'asset')).toMatchObject([{ endSec: 150 }, { endSec: 150 }])
})

test('a vector of the whole is made anew of all that is there now', async () => {
  const room = await taskRoom()
  const embed = room.compute.embedSlices.bind(room.compute)
  // The last slice alone points elsewhere.
  room.compute.embedSlices = (work, onSlice, signal) =>
    embed(
      work,
      ({ slice, clips, ...rest }) => {
        const vector = slice.index === 2 ? Float32Array.of(0, 1, 0, 0) : Float32Array.of(1, 0, 0, 0)
        const turned = clips.map((clip) => ({
          ...clip,
          vectors: clip.vectors.map((each) => ({ ...each, vector })),
        }))
        return onSlice({ slice, clips: turned, ...rest })
      },
      signal,
    )
  room.compute.beforeSlice = (_work, index) => {
    if (index === 2) damaged()
  }
  const id = await start(room, { modalities: ['visual'] })
  await room.drain()
  const whole = async () => Buffer.from((await embeddings(room, id)).at(-1)!.vectorJson).toString()
  expect(await whole()).toBe('[1,0,0,0]')
  heal(room)
  await retry(room, id)
  await room.drain()
  const [x = 0, y = 0] = JSON.parse(await whole()) as number[]
  expect(y / x).toBeCloseTo(30 / 120)
})

test('a retry of what fails again ends as before, with the gap named once', async () => {
  const room = await taskRoom()
  breakSecondSlice(room)
  const id = await start(room)
  await room.drain()
  await retry(room, id)
  await room.drain()
  expect(await read(room, id)).toMatchObject({
    state: 'partial',
    failedCount: 1,
    doneCount: 2,
    warnings: [{ code: 'segment_skipped', startSec: 60, endSec: 120 }],
  })
})

test('retrying twice, while it runs, and after it is ready changes nothing', async () => {
  const room = await taskRoom()
  breakSecondSlice(room)
  const id = await start(room)
  await room.drain()
  heal(room)
  const [one, two] = await Promise.all([retry(room, id), retry(room, id)])
  expect([one?.state, two?.state]).toEqual(['processing', 'processing'])
  expect(await retry(room, id)).toMatchObject({ state: 'processing' })
  expect(await room.drain()).toEqual(['retry', 'slice', 'finish'])
  const ready = await read(room, id)
  expect(await retry(room, id)).toEqual(ready)
  expect(await room.drain()).toEqual([])
  expect(await retry(room, 'nothing')).toBeUndefined()
  expect(await retryTask(room.parts, room.otherAccount.id, id)).toBeUndefined()
})

test('a cancelled task goes on where it was, from before its plan as well as from its end', async () => {
  const room = await taskRoom()
  for (const steps of [0, 1, 2, 4]) {
    const id = await start(room)
    for (let count = 0; count < steps; count++) await step(room)
    await cancel(room, id)
    expect(await room.drain()).toEqual([])
    expect(await retry(room, id)).toMatchObject({ state: 'processing' })
    const kinds = await room.drain()
    expect(kinds.at(-1)).toBe('finish')
    expect(kinds.filter((kind) => kind === 'slice')).toHaveLength(Math.min(3, 4 - steps))
    expect(await read(room, id)).toMatchObject({ state: 'ready', doneCount: 3, embeddingCount: 52 })
  }
})

test('a task can be cancelled again while it is taken up, and taken up again', async () => {
  const room = await taskRoom()
  breakSecondSlice(room)
  const id = await start(room)
  await room.drain()
  await retry(room, id)
  await cancel(room, id)
  await retry(room, id)
  await step(room)
  await cancel(room, id)
  heal(room)
  await retry(room, id)
  expect(await room.drain()).toEqual(['retry', 'slice', 'finish'])
  expect(await read(room, id)).toMatchObject({ state: 'ready', doneCount: 3, failedCount: 0 })
})

test('a retry whose server dies goes on with the next one', async () => {
  const room = await taskRoom()
  breakSecondSlice(room)
  const id = await start(room)
  await room.drain()
  heal(room)
  await retry(room, id)
  expect(await room.claim('dead')).toMatchObject({ kind: 'retry' })
  room.clock.advance(20_000)
  await sweepLeases(room.parts)
  expect(await room.drain()).toEqual(['retry', 'slice', 'finish'])
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
})

test('who held an item of a cancelled task writes nothing after it was taken up again', async () => {
  const room = await taskRoom()
  const id = await start(room, { scopes: ['clip'] })
  await step(room)
  const zombie = (await room.claim())!
  await cancel(room, id)
  await retry(room, id)
  await step(room)
  await expect(workOn(room.parts, zombie, never)).rejects.toMatchObject({ code: 'lease_lost' })
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'ready', embeddingCount: 50 })
})

test('a failed task is tried from what failed on, and is kept as long as a new one', async () => {
  const room = await taskRoom()
  room.compute.beforeInspect = damaged
  const id = await start(room)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'failed' })
  room.compute.beforeInspect = () => {}
  room.clock.advance(6 * 24 * 3_600_000)
  await retry(room, id)
  expect(await room.drain()).toEqual(['retry', 'plan', 'slice', 'slice', 'slice', 'finish'])
  expect(await read(room, id)).toMatchObject({
    state: 'ready',
    itemCount: 3,
    expiresMs: room.clock.nowMs() + room.parts.retentionMs,
  })
})

test('a task on an asset holds its bytes again, and is refused when they are gone', async () => {
  const room = await taskRoom()
  breakSecondSlice(room)
  const received = await room.received('a video')
  const asset = await createAsset(room.parts, room.account, { received, filename: 'a.mp4' })
  await room.drain()
  const order = { modelName: 'tiny', request: REQUEST, source: { assetId: asset.id } }
  const { id } = await createMediaTask(room.parts, room.account, order)
  await room.drain()
  await retry(room, id)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'partial' })
  // While it runs the asset may go: the task has its bytes.
  await retry(room, id)
  await deleteAsset(room.parts, room.account.id, asset.id)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'partial', doneCount: 2 })
  await expect(retry(room, id)).rejects.toMatchObject({ code: 'input_missing' })
  expect(await read(room, id)).toMatchObject({ state: 'partial' })
  const left = []
  for await (const each of room.parts.objects.list()) left.push(each)
  expect(left).toEqual([])
})

test('a task that was cancelled before its asset had bytes gets them when it is taken up', async () => {
  const room = await taskRoom()
  const received = await room.received('a video')
  const asset = await createAsset(room.parts, room.account, { received, filename: 'a.mp4' })
  const order = { modelName: 'tiny', request: REQUEST, source: { assetId: asset.id } }
  const { id } = await createMediaTask(room.parts, room.account, order)
  await cancel(room, id)
  await room.parts.store.write((db) => db.updateTable('task').set({ object_hash: null }).execute())
  await room.drain()
  await retry(room, id)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
})

test('only the failed files of a bucket are tried again', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  room.compute.beforeParagraph = ({ name }) => {
    if (name === 'b.txt') throw new EmbedlineError('document_unreadable', 'It is damaged.')
  }
  const id = await startBucket(room)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'partial', failedCount: 1 })
  room.compute.beforeParagraph = () => {}
  await retry(room, id)
  expect((await bucketFiles(room)).map(({ state }) => state)).toEqual(['done', 'done', 'failed'])
  expect(await room.drain()).toEqual(['retry', 'document', 'conclude'])
  expect(await read(room, id)).toMatchObject({ state: 'ready', fileCount: 3, doneCount: 3, failedCount: 0 })
  expect(await searchTexts(room, 'b')).toContain('bbb')
})

test('a bucket that a later task has, or that was deleted, is not taken up by an earlier one', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const first = await startBucket(room)
  await step(room)
  await cancel(room, first)
  const second = await startBucket(room)
  await expect(retry(room, first)).rejects.toMatchObject({ code: 'state_conflict' })
  await room.drain()
  await expect(retry(room, first)).rejects.toMatchObject({ code: 'state_conflict' })
  expect(await read(room, first)).toMatchObject({ state: 'cancelled' })
  const third = await startBucket(room)
  await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')
  await expect(retry(room, third)).rejects.toMatchObject({ code: 'state_conflict' })
  expect(await retry(room, second)).toMatchObject({ state: 'ready' })
})

test('a listing that was cancelled goes on, and the task waits for its turn as ever', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  await cancel(room, id)
  await retry(room, id)
  expect(await room.drain()).toEqual(['retry', 'list', 'document', 'document', 'document', 'conclude'])
  expect(await read(room, id)).toMatchObject({ state: 'ready', fileCount: 3 })
})

test('a crawl asks again for the pages that failed, and for no others', async () => {
  const web = await site({
    '/': html('start', ['/a', '/broken']),
    '/a': html('a'),
    '/broken': { status: 500 },
  })
  const room = await crawlRoom(web)
  const task = await crawlToEnd(room)
  expect(task).toMatchObject({ state: 'partial', doneCount: 2, crawl: { fetchedCount: 3, failedCount: 1 } })
  web.pages.set('/broken', html('healed'))
  web.asked.length = 0
  await retry(room, task!.id)
  expect(await room.drain()).toEqual(['retry', 'crawl', 'document', 'conclude'])
  expect(web.asked).toEqual(['/broken'])
  expect(await read(room, task!.id)).toMatchObject({
    state: 'ready',
    doneCount: 3,
    crawl: { fetchedCount: 3, storedCount: 3, failedCount: 0 },
  })
  expect(await searchTexts(room, 'x')).toContainEqual(expect.stringContaining('healed'))
})
