import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bucketFiles, fillHandbook, never, startBucket } from '../../test/support/handbook.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import type { EncodedEmbedding } from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { claim } from '../queue/claim.ts'
import { createAsset, deleteAsset } from './assets.ts'
import { cancelTask } from './cancel.ts'
import { createMediaTask } from './create.ts'
import { deleteTask } from './deleteTask.ts'
import { getAnyTask } from './getAny.ts'
import { settleAllEnded } from './settleEnded.ts'
import { workOn } from './work.ts'

const start = async (room: TaskRoom) =>
  (
    await createMediaTask(room.parts, room.account, {
      modelName: 'tiny',
      request: REQUEST,
      source: { received: await room.received('a video') },
    })
  ).id

const read = (room: TaskRoom, id: string) => getAnyTask(room.parts, room.account.id, id)
const cancel = (room: TaskRoom, id: string) => cancelTask(room.parts, room.account.id, id)

async function embeddings(room: TaskRoom, id: string): Promise<EncodedEmbedding[]> {
  const all: EncodedEmbedding[] = []
  for await (const page of room.parts.results.embeddings(id)) all.push(...page)
  return all
}

const itemStates = async (room: TaskRoom) =>
  (await room.parts.store.read.selectFrom('item').select(['kind', 'state']).orderBy('id').execute()).map(
    ({ kind, state }) => `${kind} ${state}`,
  )

/** Works on the next item. */
const step = async (room: TaskRoom) => workOn(room.parts, (await room.claim())!, never)

test('a cancelled task starts nothing more, and what is finished of it can be read', async () => {
  const room = await taskRoom()
  const id = await start(room)
  await step(room)
  await step(room)
  const running = (await room.claim())!
  const recalled: number[] = []
  room.parts.recall = (items) => void recalled.push(...items.map((item) => item.id))
  expect(await cancel(room, id)).toMatchObject({
    state: 'cancelled',
    failure: { code: 'cancelled', message: 'The task was cancelled.' },
  })
  expect(recalled).toEqual([running.id])
  await expect(workOn(room.parts, running, never)).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await room.drain()).toEqual([])
  expect(await itemStates(room)).toEqual(['plan done', 'slice done', 'slice cancelled', 'slice cancelled'])
  expect(await embeddings(room, id)).toHaveLength(20)
})

test('cancelling twice, and after the end, changes nothing', async () => {
  const room = await taskRoom()
  const id = await start(room)
  const first = await cancel(room, id)
  room.clock.advance(1000)
  expect(await cancel(room, id)).toEqual(first)
  const other = await start(room)
  await room.drain()
  expect(await cancel(room, other)).toMatchObject({ state: 'ready' })
  expect(await cancel(room, 'nothing')).toBeUndefined()
  expect(await cancelTask(room.parts, room.otherAccount.id, id)).toBeUndefined()
})

test('whoever is about to end a task that is cancelled writes nothing of it', async () => {
  const room = await taskRoom()
  const id = await start(room)
  for (let count = 0; count < 4; count++) await step(room)
  const finish = (await room.claim())!
  expect(finish.kind).toBe('finish')
  await cancel(room, id)
  await expect(workOn(room.parts, finish, never)).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await read(room, id)).toMatchObject({ state: 'cancelled' })
  expect(await embeddings(room, id)).toHaveLength(50)
})

test('a task that was cancelled lets go of the bytes of its asset', async () => {
  const room = await taskRoom()
  const bytes = await room.received('a video')
  const asset = await createAsset(room.parts, room.account, { received: bytes, filename: 'a.mp4' })
  const source = { assetId: asset.id }
  const { id } = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source,
  })
  await cancel(room, id)
  const path = room.objectPath(room.account.id, bytes.hash)
  await access(path)
  await deleteAsset(room.parts, room.account.id, asset.id)
  await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a server that dies right after the cancel starts nothing of the task, and the janitor cancels the rest', async () => {
  const room = await taskRoom()
  await start(room)
  await step(room)
  // As the first commit leaves it.
  await room.parts.store.write((db) => db.updateTable('task').set({ state: 'cancelled' }).execute())
  const order = {
    worker: 'next life',
    lanes: [1],
    kinds: ['slice' as const],
    limit: 1,
    alone: false,
    nowMs: room.clock.nowMs(),
    leaseUntilMs: room.clock.nowMs() + 1,
  }
  expect(await room.parts.store.write((db) => claim(db, order))).toEqual({ items: [], heldBack: 3 })
  expect(await itemStates(room)).toEqual([
    'plan done',
    'slice cancelled',
    'slice cancelled',
    'slice cancelled',
  ])
  const open = () => room.parts.store.read.selectFrom('task').select('open_count').executeTakeFirst()
  expect(await open()).toEqual({ open_count: 3 })
  await settleAllEnded(room.parts)
  expect(await open()).toEqual({ open_count: 0 })
})

test('a file whose embedding was cancelled says so, and its old chunks stay', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const id = await startBucket(room)
  await step(room)
  await step(room)
  await cancel(room, id)
  expect(await room.drain()).toEqual([])
  expect(await bucketFiles(room)).toMatchObject([
    { key: 'a.txt', state: 'done' },
    { key: 'c.txt', state: 'failed', failure: { code: 'cancelled' } },
    { key: 'folder/b.txt', state: 'failed', failure: { code: 'cancelled' } },
  ])
  const again = await startBucket(room)
  expect(again).not.toBe(id)
  expect(await room.drain()).toEqual(['list', 'document', 'document', 'conclude'])
})

test('what was listed of a bucket before its listing failed is not embedded any more', async () => {
  const room = await taskRoom()
  await room.put('handbook', 'first', 'a')
  const names = Array.from({ length: 250 }, (_, index) => `file ${index}`)
  await Promise.all(names.map((name) => writeFile(join(room.bucketsFolder, 'handbook', name), 'a')))
  const id = await startBucket(room)
  const { buckets } = room.parts
  const broken: typeof buckets = {
    ...buckets,
    async *objects(account, bucket, options) {
      let count = 0
      for await (const object of buckets.objects(account, bucket, options)) {
        if (count++ === 250) throw new EmbedlineError('request_invalid', 'A key cannot be read.')
        yield object
      }
    },
  }
  await workOn({ ...room.parts, buckets: broken }, (await room.claim())!, never)
  expect(await read(room, id)).toMatchObject({
    state: 'failed',
    failure: { code: 'request_invalid' },
    fileCount: 250,
  })
  expect(await room.drain()).toEqual([])
  expect(new Set(await itemStates(room))).toEqual(new Set(['list failed', 'document cancelled']))
})

test('a deleted task is gone with its vectors, its items and its input, whatever it was at', async () => {
  const room = await taskRoom()
  const running = await start(room)
  await step(room)
  await step(room)
  const held = (await room.claim())!
  expect(await deleteTask(room.parts, room.account.id, running)).toBe(true)
  await workOn(room.parts, held, never)
  expect(await read(room, running)).toBeUndefined()
  expect(await embeddings(room, running)).toEqual([])
  const left = []
  for await (const each of room.parts.objects.list()) left.push(each)
  expect(left).toEqual([])
  for (const table of ['task', 'item', 'embedding', 'modality_sum', 'object', 'task_event'] as const)
    expect(await room.parts.store.read.selectFrom(table).selectAll().execute()).toEqual([])
  expect(await deleteTask(room.parts, room.account.id, running)).toBe(false)
})

test('another account can neither cancel nor delete a task', async () => {
  const room = await taskRoom()
  const id = await start(room)
  expect(await deleteTask(room.parts, room.otherAccount.id, id)).toBe(false)
  expect(await read(room, id)).toMatchObject({ state: 'queued' })
})
