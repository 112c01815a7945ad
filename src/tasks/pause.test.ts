import { expect, test } from 'vitest'
import { fillHandbook, never, startBucket } from '../../test/support/handbook.ts'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import type { Account } from '../domain/task.ts'
import { claimRound } from '../queue/claimRound.ts'
import { cancelTask } from './cancel.ts'
import { createAsset } from './assets.ts'
import { createMediaTask } from './create.ts'
import { getAnyTask } from './getAny.ts'
import { listPauses, pause, pausedTasks, resume, settlePauses } from './pause.ts'
import { workOn } from './work.ts'

const start = async (room: TaskRoom, account = room.account) =>
  (
    await createMediaTask(room.parts, account, {
      modelName: 'tiny',
      request: REQUEST,
      source: { received: await room.received('a video') },
    })
  ).id

const read = (room: TaskRoom, id: string, account = room.account) => getAnyTask(room.parts, account.id, id)

const operator: Account = { id: 'operator', name: 'admin', userId: 'x', scopes: ['admin'] }

const isPaused = async (room: TaskRoom, id: string) => {
  const task = await read(room, id)
  return task !== undefined && (await pausedTasks(room.parts, [task])).has(id)
}

test('an account pauses itself: what runs goes on to the end of its item, and nothing more starts until it resumes', async () => {
  const room = await taskRoom()
  const id = await start(room)
  await workOn(room.parts, (await room.claim())!, never)
  const running = (await room.claim())!
  const { pause: made } = await pause(room.parts, room.account, { account: 'one' })
  expect(await isPaused(room, id)).toBe(true)
  await workOn(room.parts, running, never)
  expect(await room.drain()).toEqual([])
  expect(await read(room, id)).toMatchObject({ state: 'processing', doneCount: 1 })
  const other = await start(room, room.otherAccount)
  expect(await room.drain()).toEqual(['plan', 'slice', 'slice', 'slice', 'finish'])
  expect(await read(room, other, room.otherAccount)).toMatchObject({ state: 'ready' })
  expect(await resume(room.parts, room.account, made.id)).toBe(true)
  expect(await isPaused(room, id)).toBe(false)
  expect(await room.drain()).toEqual(['slice', 'slice', 'finish'])
})

test('the operator pauses a kind of task, and what is created meanwhile waits too', async () => {
  const room = await taskRoom()
  await fillHandbook(room)
  const { pause: made } = await pause(room.parts, operator, { kind: 'bucket' })
  const bucket = await startBucket(room)
  const media = await start(room)
  expect(await room.drain()).toEqual(['plan', 'slice', 'slice', 'slice', 'finish'])
  expect([await isPaused(room, bucket), await isPaused(room, media)]).toEqual([true, false])
  await resume(room.parts, operator, made.id)
  expect(await room.drain()).toEqual(['list', 'document', 'document', 'document', 'conclude'])
})

test('the operator pauses a model by any of its names', async () => {
  const room = await taskRoom()
  const id = await start(room)
  const { pause: made } = await pause(room.parts, operator, { modelName: 'alias' })
  expect(made).toMatchObject({ modelId: 'tiny' })
  expect(await room.drain()).toEqual([])
  await resume(room.parts, operator, made.id)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
})

test('of two pauses the second one still holds what the first one let go', async () => {
  const room = await taskRoom()
  await start(room)
  const { pause: ofAccount } = await pause(room.parts, room.account, { account: 'one' })
  const { pause: ofKind } = await pause(room.parts, operator, { kind: 'media' })
  expect(await room.drain()).toEqual([])
  await resume(room.parts, room.account, ofAccount.id)
  expect(await room.drain()).toEqual([])
  await resume(room.parts, operator, ofKind.id)
  expect((await room.drain()).at(-1)).toBe('finish')
})

test('pausing twice is one pause, and ending one twice does nothing', async () => {
  const room = await taskRoom()
  const first = await pause(room.parts, room.account, { account: 'one' })
  const second = await pause(room.parts, room.account, { account: 'one' })
  expect([first.isNew, second.isNew, second.pause.id]).toEqual([true, false, first.pause.id])
  expect(await resume(room.parts, room.account, first.pause.id)).toBe(true)
  expect(await resume(room.parts, room.account, first.pause.id)).toBe(false)
  expect((await pause(room.parts, room.account, { account: 'one' })).isNew).toBe(true)
})

test('kinds, models and other accounts are for the operator, who sees all pauses', async () => {
  const room = await taskRoom()
  for (const order of [{ kind: 'media' }, { modelName: 'tiny' }, { account: 'two' }] as const)
    await expect(pause(room.parts, room.account, order)).rejects.toMatchObject({ code: 'forbidden' })
  const { pause: ofOther } = await pause(room.parts, operator, { account: 'two' })
  const { pause: ofKind } = await pause(room.parts, operator, { kind: 'bucket' })
  expect(await listPauses(room.parts, operator)).toHaveLength(2)
  expect(await listPauses(room.parts, room.account)).toEqual([ofKind])
  await expect(resume(room.parts, room.account, ofKind.id)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await resume(room.parts, room.account, ofOther.id)).toBe(false)
  expect(await resume(room.parts, room.otherAccount, ofOther.id)).toBe(true)
  await expect(pause(room.parts, operator, { account: 'nobody' })).rejects.toMatchObject({ field: 'account' })
  await expect(pause(room.parts, operator, { modelName: 'other' })).rejects.toMatchObject({
    code: 'model_unknown',
  })
})

test('a paused task can be cancelled, and nothing of it comes back with the end of the pause', async () => {
  const room = await taskRoom()
  const id = await start(room)
  const { pause: made } = await pause(room.parts, room.account, { account: 'one' })
  expect(await room.drain()).toEqual([])
  await cancelTask(room.parts, room.account.id, id)
  expect(await isPaused(room, id)).toBe(false)
  await resume(room.parts, room.account, made.id)
  expect(await room.drain()).toEqual([])
})

test('uploads are looked at while their account is paused', async () => {
  const room = await taskRoom()
  await pause(room.parts, room.account, { account: 'one' })
  await createAsset(room.parts, room.account, { received: await room.received('x'), filename: 'x.mp4' })
  expect(await room.drain()).toEqual(['inspect'])
})

test('who was paused comes behind what others have queued meanwhile, not before it', async () => {
  const room = await taskRoom()
  const first = await start(room)
  await workOn(room.parts, (await room.claim())!, never)
  const { pause: made } = await pause(room.parts, room.account, { account: 'one' })
  expect(await room.drain()).toEqual([])
  for (let count = 0; count < 3; count++) await start(room, room.otherAccount)
  for (let count = 0; count < 8; count++) await workOn(room.parts, (await room.claim())!, never)
  await resume(room.parts, room.account, made.id)
  const accounts: string[] = []
  for (let item = await room.claim(); item; item = await room.claim()) {
    if (item.kind === 'slice') accounts.push(item.accountId)
    await workOn(room.parts, item, never)
  }
  expect(new Set(accounts.slice(0, 4))).toEqual(new Set(['account-1', 'account-2']))
  expect(await read(room, first)).toMatchObject({ state: 'ready' })
})

test('thousands of paused items do not keep others waiting: each is looked at once', async () => {
  const room = await taskRoom()
  const id = await start(room)
  await workOn(room.parts, (await room.claim())!, never)
  await room.parts.store.write(async (db) => {
    const row = await db.selectFrom('item').selectAll().where('kind', '=', 'slice').executeTakeFirstOrThrow()
    for (let count = 0; count < 1_000; count++)
      await db
        .insertInto('item')
        .values({ ...row, id: undefined as never, key: `more:${count}` })
        .execute()
  })
  await pause(room.parts, room.account, { account: 'one' })
  const other = await start(room, room.otherAccount)
  await workOn(room.parts, (await room.claim())!, never)
  const nowMs = room.clock.nowMs()
  const round = () =>
    room.parts.store.write((db) =>
      claimRound(db, {
        rooms: [{ kinds: ['slice'], lanes: [1], free: 1 }],
        held: [],
        worker: 'w',
        nowMs,
        leaseUntilMs: nowMs + 1,
      }),
    )
  const rounds = []
  let found
  do {
    found = await round()
    rounds.push(found.heldBack)
  } while (found.items.length === 0)
  expect(found.items).toMatchObject([{ taskId: other }])
  expect(Math.max(...rounds)).toBeLessThanOrEqual(251)
  expect(rounds.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(1_000)
  expect(id).not.toBe(other)
})

test('a pause whose end was cut off by a crash is ended by the janitor', async () => {
  const room = await taskRoom()
  const id = await start(room)
  const { pause: made } = await pause(room.parts, room.account, { account: 'one' })
  expect(await room.drain()).toEqual([])
  await room.parts.store.write((db) =>
    db.updateTable('pause').set({ ended_ms: 1 }).where('id', '=', made.id).execute(),
  )
  expect(await room.drain()).toEqual([])
  await settlePauses(room.parts)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
})
