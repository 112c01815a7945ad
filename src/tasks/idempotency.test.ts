import { expect, test } from 'vitest'
import { fillHandbook, ORDER } from '../../test/support/handbook.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import type { BucketTask } from '../domain/task.ts'
import { createMediaTask } from './create.ts'
import { createBucketTask } from './createBucket.ts'
import { listBucketTasks } from './getBucket.ts'
import { forgetAnswers, storedAnswer, type KeyedRequest } from './idempotency.ts'
import { listTasks } from './list.ts'

const KEYED: KeyedRequest = { key: 'k-1', method: 'POST', path: '/embeddings', bodyHash: 'hash of the body' }

const answer = ({ id, state }: { id: string; state: string }) => ({ status: 200, body: `${id} ${state}` })

const create = (room: TaskRoom, keyed: Partial<KeyedRequest> = {}): Promise<BucketTask> =>
  createBucketTask(room.parts, room.account, { ...ORDER, idempotency: { ...KEYED, ...keyed, answer } })

const stored = (room: TaskRoom, keyed: Partial<KeyedRequest> = {}, account = room.account) =>
  storedAnswer(room.parts, account.id, { ...KEYED, ...keyed })

async function filledRoom(): Promise<TaskRoom> {
  const room = await taskRoom()
  await fillHandbook(room)
  return room
}

test('the same request again gets the same answer, byte by byte, whatever became of the task since', async () => {
  const room = await filledRoom()
  expect(await stored(room)).toBeUndefined()
  const { id } = await create(room)
  await room.drain()
  expect(await stored(room)).toEqual({ status: 200, body: `${id} queued` })
})

test('a key with another body is refused', async () => {
  const room = await filledRoom()
  await create(room)
  const other = { bodyHash: 'hash of another body' }
  await expect(stored(room, other)).rejects.toMatchObject({ code: 'idempotency_mismatch' })
  await expect(create(room, other)).rejects.toMatchObject({ code: 'idempotency_mismatch' })
})

test('of two equal requests at once one creates, the other one is told to come again', async () => {
  const room = await filledRoom()
  const ends = await Promise.allSettled([create(room), create(room)])
  // Both look for the bucket first: either may be through before the other.
  const [created, refused] = ends.toSorted((one, other) => one.status.localeCompare(other.status))
  expect(created?.status).toBe('fulfilled')
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'idempotency_in_flight' } })
  expect(await stored(room)).toBeDefined()
  expect(await listBucketTasks(room.parts, room.account.id)).toHaveLength(1)
})

test('a key means something only to its account, its method and its path', async () => {
  const room = await filledRoom()
  await create(room)
  expect(await stored(room, {}, room.otherAccount)).toBeUndefined()
  expect(await stored(room, { path: '/embeddings/url' })).toBeUndefined()
  expect(await stored(room, { method: 'PUT' })).toBeUndefined()
  expect(await stored(room, { key: 'k-2' })).toBeUndefined()
})

test('a create that failed leaves nothing behind its key', async () => {
  const room = await taskRoom()
  await expect(create(room)).rejects.toMatchObject({ code: 'not_found' })
  expect(await stored(room)).toBeUndefined()
  await fillHandbook(room)
  await expect(create(room)).resolves.toMatchObject({ state: 'queued' })
})

test('an answer is kept for 24 hours, then the key is free', async () => {
  const room = await filledRoom()
  await create(room)
  room.clock.advance(24 * 3_600_000 - 1)
  expect(await stored(room)).toBeDefined()
  room.clock.advance(1)
  expect(await stored(room)).toBeUndefined()
  await create(room, { bodyHash: 'hash of another body' })
  room.clock.advance(24 * 3_600_000)
  await forgetAnswers(room.parts)
  expect(await room.parts.store.read.selectFrom('idempotency').selectAll().execute()).toEqual([])
})

test('a task of media keeps its answer too, and one that is refused leaves neither task nor bytes', async () => {
  const room = await taskRoom()
  const order = async (bodyHash: string) => ({
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received(bodyHash) },
    idempotency: { ...KEYED, bodyHash, answer },
  })
  const { id } = await createMediaTask(room.parts, room.account, await order('one'))
  expect(await stored(room, { bodyHash: 'one' })).toEqual({ status: 200, body: `${id} queued` })
  const refused = createMediaTask(room.parts, room.account, await order('other'))
  await expect(refused).rejects.toMatchObject({ code: 'idempotency_mismatch' })
  expect(await listTasks(room.parts, room.account.id, { page: 1, pageSize: 10 })).toMatchObject({ total: 1 })
  const left = []
  for await (const bytes of room.parts.objects.list()) left.push(bytes)
  expect(left).toHaveLength(1)
})
