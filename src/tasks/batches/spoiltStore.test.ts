import { expect, test } from 'vitest'
import { answersOf, batchNow, batchOf, requestLine, requestLines } from '../../../test/support/batches.ts'
import { s3Objects } from '../../../test/support/s3Objects.ts'
import type { Fault, S3Server, SeenS3Request } from '../../../test/support/s3Server.ts'
import { taskRoom, type TaskRoom } from '../../../test/support/taskRoom.ts'
import { workOn } from '../work.ts'
import { cancelBatch } from './getBatch.ts'

const LINES = [...requestLines(300), requestLine('empty', { input: '' })].join('\n')

async function s3Room(): Promise<{ room: TaskRoom; server: S3Server }> {
  const room = await taskRoom()
  const { objects, server } = await s3Objects()
  room.parts.objects = objects
  return { room, server }
}

const isGet = ({ method }: SeenS3Request) => method === 'GET'

const SPOILS: (request: SeenS3Request) => Fault | undefined = (request) =>
  isGet(request) ? { spoil: true } : undefined

const workOnce = (room: TaskRoom, item: Awaited<ReturnType<TaskRoom['claim']>>) =>
  workOn(room.parts, item!, new AbortController().signal)

/** What the batch comes to when nothing is wrong. */
async function undisturbed(): Promise<unknown> {
  const room = await taskRoom()
  const { id } = await batchOf(room, LINES)
  await room.drain()
  return resultOf(room, id)
}

async function resultOf(room: TaskRoom, id: string): Promise<unknown> {
  const { state, doneCount, failedCount, outputFileId, errorFileId } = await batchNow(room, id)
  const answers = [await answersOf(room, outputFileId), await answersOf(room, errorFileId)]
  // Named for the batch, of which there are two.
  return JSON.parse(
    JSON.stringify({ state, doneCount, failedCount, answers }).replaceAll(id, 'batch'),
  ) as unknown
}

test('whatever a store spoils of a batch for a moment, the batch comes to what it would have come to', async () => {
  const { room, server } = await s3Room()
  const { id } = await batchOf(room, LINES)
  const met = new Set<number>()
  while ((await batchNow(room, id)).finishedMs === undefined) {
    const item = await room.claim()
    if (!item) room.clock.advance(20_000)
    else {
      server.fault = met.has(item.id) ? () => undefined : SPOILS
      met.add(item.id)
      await workOnce(room, item)
    }
  }
  expect(met.size).toBe(5)
  server.fault = () => undefined
  expect(await resultOf(room, id)).toEqual(await undisturbed())
})

test('a file that stays spoilt fails its batch for that, after some time, and not for what is in it', async () => {
  const { room, server } = await s3Room()
  const { id } = await batchOf(room, requestLines(3).join('\n'))
  server.fault = SPOILS
  const beginMs = room.clock.nowMs()
  while ((await batchNow(room, id)).finishedMs === undefined) {
    await room.drain()
    room.clock.advance(1_000)
  }
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'failed', failure: { code: 'storage_unavailable' }, problems: [] })
  expect(batch.finishedMs! - beginMs).toBeGreaterThanOrEqual(30_000)
})

test('what was not come to in a batch that is cancelled is named as it was asked for', async () => {
  const { room, server } = await s3Room()
  const { id } = await batchOf(room, requestLines(200).join('\n'))
  await workOnce(room, await room.claim())
  await cancelBatch(room.parts, room.account.id, id)
  server.fault = SPOILS
  expect(await room.drain()).toEqual(['gather'])
  server.fault = () => undefined
  room.clock.advance(20_000)
  expect(await room.drain()).toEqual(['gather'])
  const rest = await answersOf(room, (await batchNow(room, id)).errorFileId)
  expect(rest.map(({ custom_id: name }) => name)).toEqual(Array.from({ length: 200 }, (_, at) => `r${at}`))
})

test('workers read of the file of a batch twice its size, however many they are', async () => {
  const { room, server } = await s3Room()
  const content = requestLines(600).join('\n')
  await batchOf(room, content)
  server.readBytes = 0
  for (let item = await room.claim(); item?.kind !== 'gather'; item = await room.claim())
    await workOnce(room, item)
  expect(server.readBytes).toBeLessThanOrEqual(2 * content.length)
})
