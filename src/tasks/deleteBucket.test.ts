import { expect, test } from 'vitest'
import {
  ORDER,
  OTHER_SETTINGS,
  bucketFiles,
  chunkRows,
  embedBucket,
  fillHandbook,
  never,
  readBucket,
  searchTexts,
  startBucket,
} from '../../test/support/handbook.ts'
import { taskRoom } from '../../test/support/taskRoom.ts'
import { createBucketTask } from './createBucket.ts'
import { deleteEmbeddedBucket, removeHiddenEmbeddings } from './deleteBucket.ts'
import { getBucketTask, listBucketTasks, listEmbeddedBuckets } from './getBucket.ts'
import { removeStaleChunks } from './staleChunks.ts'
import { workOn } from './work.ts'

test('a bucket that is deleted while its task runs takes the task with it, and nothing is written after', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  await workOn(room.parts, (await room.claim())!, never)
  const running = (await room.claim())!
  let wasDeleted = false
  room.compute.beforeParagraph = async () => {
    wasDeleted ||= await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')
  }
  await expect(workOn(room.parts, running, never)).rejects.toMatchObject({ code: 'lease_lost' })
  expect(wasDeleted).toBe(true)
  expect(await room.drain()).toEqual([])
  expect(await readBucket(room, id)).toMatchObject({ state: 'cancelled' })
  expect(await listEmbeddedBuckets(room.parts, room.account.id)).toEqual([])
  const tables = ['chunk', 'bucket_file', 'removed_file', 'embedded_bucket'] as const
  for (const table of tables)
    expect(await room.parts.store.read.selectFrom(table).selectAll().execute()).toEqual([])
  expect(await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')).toBe(false)
  expect(await embedBucket(room)).toMatchObject({ state: 'ready', doneCount: 3 })
})

test('a bucket that is embedded again at once after its deletion has nothing of the old embedding', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await startBucket(room)
  await workOn(room.parts, (await room.claim())!, never)
  const running = (await room.claim())!
  const id = await startBucket(room, OTHER_SETTINGS)
  room.compute.beforeParagraph = async ({ chunks }) => {
    if (chunks.sizeCharacters === OTHER_SETTINGS.chunks.sizeCharacters) return
    await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')
    await startBucket(room, OTHER_SETTINGS)
  }
  await expect(workOn(room.parts, running, never)).rejects.toMatchObject({ code: 'lease_lost' })
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'cancelled' })
  expect(await listEmbeddedBuckets(room.parts, room.account.id)).toMatchObject([{ settings: OTHER_SETTINGS }])
  expect((await bucketFiles(room)).map(({ state }) => state)).toEqual(['done', 'done', 'done'])
  expect(await chunkRows(room)).toHaveLength(5)
})

test('a bucket that is deleted before its task began is not embedded', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  expect(await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')).toBe(true)
  expect(await room.drain()).toEqual([])
  expect(await readBucket(room, id)).toMatchObject({ state: 'cancelled' })
})

test('a deletion that was cut off is invisible at once and is finished by the janitor', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await room.parts.store.write((db) => db.updateTable('embedded_bucket').set({ removed_ms: 1 }).execute())
  expect(await bucketFiles(room)).toEqual([])
  await embedBucket(room)
  expect(await chunkRows(room)).toHaveLength(10)
  await removeHiddenEmbeddings(room.parts)
  expect(await chunkRows(room)).toHaveLength(5)
  expect(await searchTexts(room, 'a')).toHaveLength(5)
})

test('two accounts embed one bucket, and neither sees or loses what is the other one’s', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  await createBucketTask(room.parts, room.otherAccount, ORDER)
  await room.drain()
  expect(await getBucketTask(room.parts, room.otherAccount.id, id)).toBeUndefined()
  expect(await listBucketTasks(room.parts, room.otherAccount.id)).toHaveLength(1)
  expect(await deleteEmbeddedBucket(room.parts, room.account.id, 'handbook')).toBe(true)
  expect(await bucketFiles(room)).toEqual([])
  await expect(searchTexts(room, 'a')).rejects.toMatchObject({ code: 'not_found' })
  expect(await bucketFiles(room, room.otherAccount)).toHaveLength(3)
  expect(await searchTexts(room, 'a', room.otherAccount)).toHaveLength(5)
  expect(await chunkRows(room)).toHaveLength(5)
})

test('chunks that a crash left behind their file are removed', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  await embedBucket(room)
  await room.parts.store.write((db) => db.updateTable('bucket_file').set({ generation: 2 }).execute())
  await removeStaleChunks(room.parts)
  expect(await chunkRows(room)).toEqual([])
})
