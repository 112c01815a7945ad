import { expect, test } from 'vitest'
import { bucketFiles, never, OTHER_SETTINGS, readBucket, startBucket } from '../../test/support/handbook.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { createAsset, getAsset } from './assets.ts'
import { createMediaTask } from './create.ts'
import { expireTasks } from './expire.ts'
import { expireAssets } from './expireAssets.ts'
import { getTask } from './get.ts'
import { keepTaskUntil } from './retention.ts'
import { workOn } from './work.ts'

const HOUR_MS = 3_600_000

const create = async (room: TaskRoom, retentionMs?: number) =>
  createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
    ...(retentionMs !== undefined && { retentionMs }),
  })

test('a task is kept for as long as its create says, and not longer than the operator allows', async () => {
  const room = await taskRoom()
  const short = await create(room, HOUR_MS)
  const usual = await create(room)
  await expect(create(room, 91 * 24 * HOUR_MS)).rejects.toMatchObject({
    code: 'request_invalid',
    message: 'Tasks are kept for 90d at most (EMBEDLINE_RETENTION_MAX).',
  })
  room.clock.advance(HOUR_MS - 1)
  expect(await expireTasks(room.parts)).toBe(0)
  room.clock.advance(1)
  expect(await expireTasks(room.parts)).toBe(1)
  expect(await getTask(room.parts, room.account.id, short.id)).toBeUndefined()
  expect(await getTask(room.parts, room.account.id, usual.id)).toBeDefined()
})

test('when a task expires can be changed by its account alone, within what is allowed', async () => {
  const room = await taskRoom()
  const { id } = await create(room)
  const nowMs = room.clock.nowMs()
  await keepTaskUntil(room.parts, room.account, { id, expiresMs: nowMs + HOUR_MS })
  const change = (expiresMs: number, account = room.account) =>
    keepTaskUntil(room.parts, account, { id, expiresMs })
  const invalid = { code: 'request_invalid', field: 'expires_at' }
  await expect(change(nowMs)).rejects.toMatchObject(invalid)
  await expect(change(nowMs + 91 * 24 * HOUR_MS)).rejects.toMatchObject(invalid)
  await expect(change(nowMs + HOUR_MS, room.otherAccount)).rejects.toMatchObject({ code: 'not_found' })
  room.clock.advance(HOUR_MS)
  expect(await expireTasks(room.parts)).toBe(1)
})

test('assets are kept until they are deleted, unless the operator has set how long; a task keeps its bytes', async () => {
  const room = await taskRoom()
  const asset = await createAsset(room.parts, room.account, { received: await room.received('an asset') })
  await room.drain()
  const { id } = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { assetId: asset.id },
  })
  room.clock.advance(HOUR_MS)
  expect(await expireAssets(room.parts)).toBe(0)
  const parts = { ...room.parts, assetRetentionMs: HOUR_MS }
  expect(await expireAssets(parts)).toBe(1)
  expect(await getAsset(parts, room.account.id, asset.id)).toBeUndefined()
  await room.drain()
  expect(await getTask(parts, room.account.id, id)).toMatchObject({ state: 'ready' })
})

test('a task that expires while it is worked on ends first: its workers, its files and whoever waits are told', async () => {
  const room = await taskRoom()
  for (const name of ['first', 'second']) await room.put('handbook', name, name)
  const id = await startBucket(room)
  await workOn(room.parts, (await room.claim('list'))!, never)
  const running = (await room.claim('document'))!
  const waiting = await startBucket(room, OTHER_SETTINGS)
  const recalled: number[] = []
  const parts = {
    ...room.parts,
    recall: (items: readonly { id: number }[]) => void recalled.push(...items.map((item) => item.id)),
  }
  await keepTaskUntil(parts, room.account, { id, expiresMs: room.clock.nowMs() + HOUR_MS })
  room.clock.advance(HOUR_MS)
  expect(await expireTasks(parts)).toBe(1)
  expect(recalled).toEqual([running.id])
  expect(await readBucket(room, id)).toBeUndefined()
  expect((await bucketFiles(room)).map(({ state }) => state)).toEqual(['failed', 'failed'])
  await room.drain()
  expect(await readBucket(room, waiting)).toMatchObject({ state: 'ready', doneCount: 2 })
})

test('a task whose time was moved while others went is not removed', async () => {
  const room = await taskRoom()
  const first = await create(room)
  const second = await create(room)
  await room.drain()
  room.clock.advance(7 * 24 * HOUR_MS)
  const { store } = room.parts
  let isMoved = false
  const parts = {
    ...room.parts,
    store: {
      ...store,
      async write<T>(change: Parameters<typeof store.write<T>>[0]) {
        const written = await store.write(change)
        if (!isMoved) {
          isMoved = true
          const expiresMs = room.clock.nowMs() + HOUR_MS
          await keepTaskUntil(room.parts, room.account, { id: second.id, expiresMs })
        }
        return written
      },
    },
  }
  expect(await expireTasks(parts)).toBe(1)
  expect(await getTask(room.parts, room.account.id, first.id)).toBeUndefined()
  expect(await getTask(room.parts, room.account.id, second.id)).toMatchObject({ state: 'ready' })
})
