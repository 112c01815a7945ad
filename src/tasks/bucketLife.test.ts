import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  OTHER_SETTINGS,
  bucketFiles,
  chunkRows,
  embedBucket,
  fillHandbook,
  never,
  pretendOtherModel,
  readBucket,
  searchTexts,
  startBucket,
} from '../../test/support/handbook.ts'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { createMediaTask } from './create.ts'
import { removeHiddenEmbeddings } from './deleteBucket.ts'
import { expireTasks } from './expire.ts'
import { getTask } from './get.ts'
import { listBucketTasks, listEmbeddedBuckets } from './getBucket.ts'
import { listTasks } from './list.ts'
import { sweepLeases } from './sweep.ts'
import { workOn } from './work.ts'

test('a bucket is listed, its files are embedded one by one, and the task ends ready', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  expect(await readBucket(room, id)).toMatchObject({ state: 'queued', bucket: 'handbook', modelName: 'tiny' })
  expect(await room.drain()).toEqual(['list', 'document', 'document', 'document', 'conclude'])
  expect(await readBucket(room, id)).toMatchObject({
    state: 'ready',
    fileCount: 3,
    doneCount: 3,
    failedCount: 0,
    skippedCount: 0,
    goneCount: 0,
    finishedMs: room.clock.nowMs(),
  })
  expect(await bucketFiles(room)).toMatchObject([
    {
      key: 'a.txt',
      state: 'done',
      chunkCount: 2,
      checksum: '061d593af69171ef6cd28d4d3e9ff182',
      sizeBytes: 8,
      lastEmbeddedMs: room.clock.nowMs(),
    },
    { key: 'c.txt', chunkCount: 1 },
    { key: 'folder/b.txt', chunkCount: 2 },
  ])
})

test('a bucket that is not there is refused and no task is left, as is a model that nobody knows', async () => {
  const room = await taskRoom()
  await expect(startBucket(room)).rejects.toMatchObject({ code: 'not_found', field: 'bucket' })
  await fillHandbook(room)
  await expect(startBucket(room, { modelName: 'other' })).rejects.toMatchObject({ code: 'model_unknown' })
  expect(await listBucketTasks(room.parts, room.account.id)).toEqual([])
  expect(await bucketFiles(room)).toEqual([])
  await expect(searchTexts(room, 'a')).rejects.toMatchObject({ code: 'not_found' })
})

test('an empty bucket is ready', async () => {
  const room = await taskRoom()
  await room.put('handbook', 'x', 'x')
  await room.parts.buckets.remove('one', 'handbook', 'x')
  expect(await embedBucket(room)).toMatchObject({ state: 'ready', fileCount: 0 })
})

test('files that did not change are skipped and counted, changed ones are embedded anew', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await room.put('handbook', 'c.txt', 'ccc\n\nacc')
  await room.put('handbook', 'd.txt', 'new')
  expect(await embedBucket(room)).toMatchObject({
    state: 'ready',
    fileCount: 2,
    doneCount: 2,
    skippedCount: 2,
  })
  expect(await searchTexts(room, 'c')).toEqual(expect.arrayContaining(['ccc', 'acc', 'new']))
  expect(await chunkRows(room)).toHaveLength(7)
})

test('other settings mean that every file is embedded anew', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  expect(await embedBucket(room, OTHER_SETTINGS)).toMatchObject({ fileCount: 3, skippedCount: 0 })
  expect(await listEmbeddedBuckets(room.parts, room.account.id)).toMatchObject([
    { bucket: 'handbook', settings: OTHER_SETTINGS },
  ])
})

test('files that are gone from the bucket lose their chunks, and are counted', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  expect(await searchTexts(room, 'b')).toContain('bbb')
  await room.parts.buckets.remove('one', 'handbook', 'folder/b.txt')
  expect(await embedBucket(room)).toMatchObject({ state: 'ready', goneCount: 1, skippedCount: 2 })
  expect((await bucketFiles(room)).map(({ key }) => key)).toEqual(['a.txt', 'c.txt'])
  expect(await searchTexts(room, 'b')).not.toContain('bbb')
  expect(await chunkRows(room)).toHaveLength(3)
})

test('the old chunks of a changed file are searched until the new ones are committed', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await room.put('handbook', 'a.txt', 'abc\n\nabb\n\naac')
  const seen: string[][] = []
  room.compute.beforeParagraph = async () => void seen.push(await searchTexts(room, 'a'))
  await embedBucket(room)
  expect(seen).toHaveLength(3)
  for (const texts of seen) expect(texts.slice(0, 2)).toEqual(['aaa', 'aab'])
  expect((await searchTexts(room, 'a')).slice(0, 3)).toEqual(['aac', 'abc', 'abb'])
  expect(await chunkRows(room)).toHaveLength(6)
})

test('a failure leaves the old chunks, says why, and the task is partial', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await room.put('handbook', 'c.txt', 'acc\n\ncca')
  room.compute.beforeParagraph = (_work, ordinal) => {
    if (ordinal === 1) throw new EmbedlineError('document_unreadable', 'The file is damaged.')
  }
  const failure = { code: 'document_unreadable', message: 'The file is damaged.' }
  expect(await embedBucket(room)).toMatchObject({
    state: 'partial',
    failedCount: 1,
    skippedCount: 2,
    failure,
  })
  expect((await bucketFiles(room))[1]).toMatchObject({
    key: 'c.txt',
    state: 'failed',
    chunkCount: 1,
    failure,
  })
  expect(await searchTexts(room, 'c')).toContain('ccc')
  expect(await chunkRows(room)).toHaveLength(5)
})

test('a failed file is tried again by the next task, although it did not change', async () => {
  const room = await taskRoom()
  await room.put('handbook', 'a.txt', 'a')
  room.compute.beforeParagraph = () => {
    throw new EmbedlineError('document_unreadable', 'The file is damaged.')
  }
  expect(await embedBucket(room)).toMatchObject({ state: 'failed', failure: { code: 'document_unreadable' } })
  room.compute.beforeParagraph = () => {}
  expect(await embedBucket(room)).toMatchObject({ state: 'ready', doneCount: 1 })
  const [file] = await bucketFiles(room)
  expect(file).toMatchObject({ state: 'done' })
  expect(file).not.toHaveProperty('failure')
})

test('a file that is replaced while it is read is read again', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  let replaced = false
  room.compute.beforeParagraph = async ({ name }) => {
    if (name !== 'c.txt' || replaced) return
    replaced = true
    await room.put('handbook', 'c.txt', 'cab')
    // Half of the old file and half of the new one may well look damaged.
    throw new EmbedlineError('document_unreadable', 'The file is damaged.')
  }
  const id = await startBucket(room)
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'processing', doneCount: 2 })
  room.clock.advance(2_000)
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 3, failedCount: 0 })
  expect(await searchTexts(room, 'cab')).toContain('cab')
})

test('a file that changes each time it is read fails by name in the end', async () => {
  const room = await taskRoom()
  await room.put('handbook', 'a.txt', 'a')
  let reads = 0
  room.compute.beforeParagraph = () => room.put('handbook', 'a.txt', `a${++reads}`)
  const id = await startBucket(room)
  for (const pauseMs of [0, 2_000, 8_000]) {
    room.clock.advance(pauseMs)
    await room.drain()
  }
  expect(reads).toBe(3)
  expect(await readBucket(room, id)).toMatchObject({ state: 'failed', failure: { code: 'file_changed' } })
})

test('a file that goes while it waits or while it is read counts as gone, not as failed', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  room.compute.beforeParagraph = async ({ name }) => {
    if (name === 'b.txt') await room.parts.buckets.remove('one', 'handbook', 'folder/b.txt')
  }
  const id = await startBucket(room)
  await workOn(room.parts, (await room.claim())!, never)
  await room.parts.buckets.remove('one', 'handbook', 'a.txt')
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({
    state: 'ready',
    fileCount: 3,
    doneCount: 1,
    goneCount: 2,
  })
  expect((await bucketFiles(room)).map(({ key }) => key)).toEqual(['c.txt'])
  expect(await chunkRows(room)).toHaveLength(1)
})

test('a create with the same settings while a task is active returns that task', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  expect(await startBucket(room)).toBe(id)
  await workOn(room.parts, (await room.claim())!, never)
  expect(await startBucket(room)).toBe(id)
  await room.drain()
  expect(await startBucket(room)).not.toBe(id)
})

test('creates at the same moment are one task, or one for each of their settings', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const same = await Promise.all([startBucket(room), startBucket(room), startBucket(room)])
  expect(new Set(same).size).toBe(1)
  const other = await Promise.all([startBucket(room, OTHER_SETTINGS), startBucket(room, OTHER_SETTINGS)])
  expect(new Set([...same, ...other]).size).toBe(2)
  await room.drain()
  for (const id of [same[0], other[0]])
    expect(await readBucket(room, id!)).toMatchObject({ state: 'ready', doneCount: 3 })
  expect(await chunkRows(room)).toHaveLength(5)
})

test('a task with other settings waits for the one before it, and is woken by its end', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const first = await startBucket(room)
  const second = await startBucket(room, OTHER_SETTINGS)
  expect(second).not.toBe(first)
  const third = await startBucket(room)
  expect(third).not.toBe(first)
  const kinds = await room.drain()
  expect(kinds.slice(0, 3)).toEqual(['list', 'list', 'list'])
  for (const id of [first, second, third])
    expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 3, skippedCount: 0 })
})

test('a task that fails wakes the one that waits for it', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const first = await startBucket(room)
  const second = await startBucket(room, OTHER_SETTINGS)
  const listing = (await room.claim())!
  expect(await room.drain()).toEqual(['list'])
  const bucket = join(room.bucketsFolder, 'handbook')
  await rm(bucket, { recursive: true })
  await workOn(room.parts, listing, never)
  expect(await readBucket(room, first)).toMatchObject({ state: 'failed', failure: { code: 'not_found' } })
  await fillHandbook(room)
  await room.drain()
  expect(await readBucket(room, second)).toMatchObject({ state: 'ready', doneCount: 3 })
})

test('a storage that is away for a moment costs no chunks', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const id = await startBucket(room)
  await rm(join(room.bucketsFolder, 'handbook'), { recursive: true })
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'failed' })
  expect(await bucketFiles(room)).toHaveLength(3)
  expect(await searchTexts(room, 'a')).toHaveLength(5)
})

test('a storage that goes away while files are embedded costs no chunks either', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  const id = await startBucket(room, OTHER_SETTINGS)
  await workOn(room.parts, (await room.claim())!, never)
  const bucket = join(room.bucketsFolder, 'handbook')
  await rename(bucket, `${bucket}-away`)
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({
    state: 'partial',
    failedCount: 3,
    goneCount: 0,
    failure: { code: 'not_found' },
  })
  expect(await searchTexts(room, 'a')).toHaveLength(5)
  await rename(`${bucket}-away`, bucket)
  expect(await embedBucket(room, OTHER_SETTINGS)).toMatchObject({ state: 'ready', doneCount: 3 })
})

test('a listing that was killed between its transactions goes on without a file twice', async () => {
  const room = await taskRoom()
  const count = 600
  await room.put('handbook', '0.txt', 'b')
  for (let file = 1; file < count; file++)
    await writeFile(join(room.bucketsFolder, 'handbook', `${file}.txt`), `b${file}`)
  const id = await startBucket(room)
  const first = (await room.claim('worker-a'))!
  const stopping = new AbortController()
  const objects = room.parts.buckets.objects.bind(room.parts.buckets)
  room.parts.buckets.objects = async function* (...names) {
    let listed = 0
    for await (const object of objects(...names)) {
      if (++listed === 400) stopping.abort()
      yield object
    }
  }
  await expect(workOn(room.parts, first, stopping.signal)).rejects.toMatchObject({ code: 'aborted' })
  expect(await readBucket(room, id)).toMatchObject({ fileCount: 250 })
  room.clock.advance(20_000)
  await sweepLeases(room.parts)
  room.parts.buckets.objects = objects
  const kinds = await room.drain()
  expect(kinds.filter((kind) => kind === 'document')).toHaveLength(count)
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', fileCount: count, doneCount: count })
  expect(await chunkRows(room)).toHaveLength(count)
})

test('a worker that lost its lease writes no chunk, and what it left behind is not searched', async () => {
  const room = await taskRoom()
  await room.put('handbook', 'a.txt', 'aaa\n\naab\n\nabb')
  const id = await startBucket(room)
  await workOn(room.parts, (await room.claim())!, never)
  const slow = (await room.claim('worker-a'))!
  const stuck = Promise.withResolvers<void>()
  room.compute.beforeParagraph = (_work, ordinal) => (ordinal === 2 ? stuck.promise : undefined)
  const working = workOn(room.parts, slow, never)
  await expect.poll(() => chunkRows(room)).toHaveLength(1)
  room.clock.advance(20_000)
  await sweepLeases(room.parts)
  room.compute.beforeParagraph = () => {}
  await room.drain()
  stuck.resolve()
  await expect(working).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 1 })
  expect((await chunkRows(room)).map(({ ordinal }) => ordinal)).toEqual([0, 1, 2])
  expect(await searchTexts(room, 'a')).toEqual(['aaa', 'aab', 'abb'])
})

test('another model begins a new embedding, so that vectors of two models never meet', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await pretendOtherModel(room)
  expect(await embedBucket(room)).toMatchObject({ state: 'ready', doneCount: 3 })
  await removeHiddenEmbeddings(room.parts)
  expect(await chunkRows(room)).toHaveLength(5)
})

test('a file is processing while its item is held', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await startBucket(room)
  await workOn(room.parts, (await room.claim())!, never)
  await room.claim()
  expect((await bucketFiles(room)).map(({ state }) => state)).toEqual(['processing', 'queued', 'queued'])
})

test('tasks of buckets and tasks of media do not show up as each other, and the newest come first', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const source = { received: await room.received('a video') }
  const media = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source,
  })
  const older = await startBucket(room)
  room.clock.advance(1)
  const newer = await startBucket(room, OTHER_SETTINGS)
  expect(await getTask(room.parts, room.account.id, older)).toBeUndefined()
  expect(await readBucket(room, media.id)).toBeUndefined()
  expect(await listTasks(room.parts, room.account.id, { page: 1, pageSize: 10 })).toMatchObject({ total: 1 })
  const listed = await listBucketTasks(room.parts, room.account.id, { states: ['queued'] })
  expect(listed.map(({ id }) => id)).toEqual([newer, older])
  expect(await listBucketTasks(room.parts, room.account.id, { states: ['ready'] })).toEqual([])
})

test('after its retention a task is gone, its files and their chunks stay', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const task = await embedBucket(room)
  room.clock.advance(7 * 24 * 3_600_000)
  expect(await expireTasks(room.parts)).toBe(1)
  expect(await readBucket(room, task!.id)).toBeUndefined()
  expect(await bucketFiles(room)).toHaveLength(3)
  expect(await searchTexts(room, 'a')).toHaveLength(5)
})
