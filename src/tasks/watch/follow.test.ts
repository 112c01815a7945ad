import fc from 'fast-check'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { REQUEST, taskRoom, type TaskRoom } from '../../../test/support/taskRoom.ts'
import { addTaskEvent } from '../../store/taskEvents.ts'
import { createMediaTask } from '../create.ts'
import { workOn } from '../work.ts'
import { follow, type Following } from './follow.ts'
import type { News } from './inbox.ts'
import { waitForEnd } from './waitForEnd.ts'

const start = async (room: TaskRoom) =>
  (
    await createMediaTask(room.parts, room.account, {
      modelName: 'tiny',
      request: REQUEST,
      source: { received: await room.received('a video') },
    })
  ).id

const signal = () => {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  return leaving.signal
}

const watch = (room: TaskRoom, following: Partial<Following> = {}) =>
  follow(room.parts, { accountId: room.account.id, signal: signal(), ...following })

async function all(news: AsyncIterable<News>): Promise<News[]> {
  const taken: News[] = []
  for await (const each of news) taken.push(each)
  return taken
}

const shown = (news: readonly News[]) =>
  news.map((each) => (each.kind === 'event' ? each.event.kind : each.progress.fraction))

/** Writes events of one task, some in a transaction. */
async function happen(room: TaskRoom, taskId: string, count: number, accountId = room.account.id) {
  for (let at = 0; at < count; at += 13)
    await room.parts.store.write(async (db) => {
      for (let nowMs = at; nowMs < Math.min(at + 13, count); nowMs++)
        await addTaskEvent(db, { accountId, taskId, kind: 'processing', details: {}, nowMs })
    })
}

test('who watches a task hears how far it is, all that happened, and its end, after which it is over', async () => {
  const room = await taskRoom()
  const taskId = await start(room)
  const news = all(watch(room, { taskId, after: 0 }))
  await room.drain()
  const kinds = shown(await news)
  expect(kinds[0]).toBe(0)
  expect(kinds.filter((each) => typeof each === 'string')).toEqual(['created', 'processing', 'ended'])
  expect(kinds.slice(-2)).toEqual([1, 'ended'])
  expect(shown(await all(watch(room, { taskId, after: 0 })))).toEqual([1, 'created', 'processing', 'ended'])
})

test('of a task of another account, or of none, there is nothing to hear', async () => {
  const room = await taskRoom()
  const taskId = await start(room)
  expect(await all(watch(room, { taskId, accountId: room.otherAccount.id, after: 0 }))).toEqual([])
  expect(await all(watch(room, { taskId: 'nothing', after: 0 }))).toEqual([])
})

test('who watches an account hears of its own tasks only, from now on', async () => {
  const room = await taskRoom()
  await start(room)
  const news = watch(room)
  const first = news.next()
  // Until it is listened for.
  await room.parts.watchHub.subscribe({ accountId: 'nobody' })
  await happen(room, 'of the other one', 1, room.otherAccount.id)
  const taskId = await start(room)
  expect(await first).toMatchObject({ value: { event: { taskId, kind: 'created' } } })
})

test('with the id of the last event it goes on there, nothing is lost and nothing comes twice', async () => {
  const room = await taskRoom()
  const property = fc.asyncProperty(
    fc.nat(150),
    fc.nat(150),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
    async (before, during, pauses) => {
      await happen(room, 'a', before)
      const { rows } = await lastIds(room)
      const after = rows[Math.floor(rows.length / 2)] ?? 0
      const stopping = new AbortController()
      const news = watch(room, { after, signal: stopping.signal })
      const writing = happen(room, 'a', during)
      const seen: number[] = []
      const expected = rows.filter((id) => id > after).length + during
      for (let at = 0; seen.length < expected; at++) {
        // A reader who is away for long: what it has not taken is thrown away, and stands in the database.
        if (at === 3 && pauses[0]) await writing
        if (pauses[at % pauses.length]) await setImmediate()
        const { value } = await news.next()
        if (value?.kind === 'event') seen.push(value.event.id)
      }
      await writing
      stopping.abort()
      await news.return()
      const written = (await lastIds(room)).rows.filter((id) => id > after)
      expect(seen).toEqual(written)
    },
  )
  await fc.assert(property, { numRuns: 10 })
})

const lastIds = async ({ parts, account }: TaskRoom) => {
  const rows = await parts.store.read
    .selectFrom('task_event')
    .select('id')
    .where('account_id', '=', account.id)
    .orderBy('id')
    .execute()
  return { rows: rows.map(({ id }) => id) }
}

test('who goes on while others are told of what is new hears all of it', async () => {
  const room = await taskRoom()
  const ahead = watch(room)
  const first = ahead.next()
  await room.parts.watchHub.subscribe({ accountId: 'nobody' })
  const count = 13
  await happen(room, 'a', count)
  const { value } = await first
  const firstId = value?.kind === 'event' ? value.event.id : 0
  const news = watch(room, { after: firstId - 1 })
  const seen: number[] = []
  while (seen.at(-1) !== firstId + count - 1) {
    const next = await news.next()
    if (next.value?.kind === 'event') seen.push(next.value.event.id)
  }
  expect(seen).toEqual((await lastIds(room)).rows)
})

test('an id that this database never gave means: from now on', async () => {
  const room = await taskRoom()
  await start(room)
  const news = watch(room, { after: 1_000_000 })
  let isHeard = false
  const first = news.next().finally(() => (isHeard = true))
  const later: string[] = []
  // It does not say when it has begun to listen.
  while (!isHeard) later.push(await start(room))
  const { value } = await first
  expect(value?.kind === 'event' && later.includes(value.event.taskId)).toBe(true)
})

test('how far a task is comes at most once a second, however fast it goes on', async () => {
  const room = await taskRoom()
  room.compute.facts = { ...room.compute.facts, durationSec: 1200 }
  const taskId = await start(room)
  const news = watch(room, { taskId, after: 0 })
  const next = async () => shown([(await news.next()).value as News])[0]
  expect(await next()).toBe(0)
  expect(await next()).toBe('created')
  const settle = async () => workOn(room.parts, (await room.claim())!, new AbortController().signal)
  const processing = next()
  await settle()
  expect(await processing).toBe('processing')
  for (let at = 0; at < 10; at++) await settle()
  const progress = next()
  room.clock.advance(1_000)
  expect(await progress).toBe(0.99 * 0.5)
  const further = next()
  await settle()
  room.clock.advance(1_000)
  expect(await further).toBe(0.99 * 0.55)
})

test('whoever waits for the end of a task is told of it, or gives up after a while', async () => {
  const room = await taskRoom()
  const taskId = await start(room)
  const wait = (mostMs: number) =>
    waitForEnd(room.parts, { accountId: room.account.id, taskId, mostMs, signal: signal() })
  const inVain = wait(30_000)
  await room.parts.watchHub.subscribe({ accountId: 'nobody' })
  room.clock.advance(30_000)
  await inVain
  const forEnd = wait(30_000)
  await room.drain()
  await forEnd
  await wait(30_000)
})
