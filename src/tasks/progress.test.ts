import fc from 'fast-check'
import { expect, test } from 'vitest'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { TaskProgress } from '../domain/progress.ts'
import { addFoundFiles, insertBucketTask } from '../store/bucketTasks.ts'
import { addPlannedItems, countSettled, endTask, setPlanned } from '../store/taskProgress.ts'
import { createMediaTask } from './create.ts'
import { getTask } from './get.ts'
import { getBucketTask } from './getBucket.ts'
import { takeBackItems } from './sweep.ts'
import { workOn } from './work.ts'

/** Holds what is read one after the other against what progress promises. */
function watchProgress() {
  let last = 0
  return ({ state, progress }: { state: string; progress: TaskProgress }) => {
    expect(progress.fraction).toBeGreaterThanOrEqual(last)
    last = progress.fraction
    const isEnded = !['queued', 'processing'].includes(state)
    expect(progress.fraction === 1).toBe(isEnded)
    const { total, done, failed, skipped } = progress.items
    for (const count of [done, failed, skipped]) expect(count).toBeGreaterThanOrEqual(0)
    if (total !== undefined) expect(done + failed + skipped).toBeLessThanOrEqual(total)
    const { media } = progress
    if (media?.totalSec !== undefined) expect(media.doneSec).toBeLessThanOrEqual(media.totalSec)
    return isEnded
  }
}

/** What may happen to an item that a worker takes. */
const attempts = ['done', 'done', 'done', 'again', 'spoilt', 'abandoned', 'restart'] as const
type Attempt = (typeof attempts)[number]

async function attempt(room: TaskRoom, kind: Attempt): Promise<void> {
  const spoil = () => {
    if (kind === 'again') throw new EmbedlineError('decoder_crashed', 'Again.')
    if (kind === 'spoilt') throw new EmbedlineError('media_unreadable', 'Never.')
  }
  room.compute.beforeSlice = spoil
  room.compute.beforeInspect = () => {
    if (kind === 'again') spoil()
  }
  // Longer than any backoff, so that a later step finds what was put back.
  room.clock.advance(300_000)
  if (kind === 'restart') return takeBackItems(room.parts)
  const item = await room.claim()
  if (item && kind !== 'abandoned') await workOn(room.parts, item, new AbortController().signal)
}

test('the progress of media never goes back and is 1 exactly at the end, over failures, lost leases and restarts', async () => {
  const room = await taskRoom()
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...attempts), { maxLength: 25 }),
    fc.boolean(),
    async (steps, seeksExactly) => {
      room.compute.facts = { ...room.compute.facts, seeksExactly }
      const { id } = await createMediaTask(room.parts, room.account, {
        modelName: 'tiny',
        request: REQUEST,
        source: { received: await room.received('a video') },
      })
      const hold = watchProgress()
      const look = async () => hold((await getTask(room.parts, room.account.id, id))!)
      for (const step of steps) {
        await attempt(room, step)
        await look()
      }
      let isEnded = false
      for (let left = 40; !isEnded && left > 0; left--) {
        await attempt(room, 'restart')
        await attempt(room, 'done')
        isEnded = await look()
      }
      expect(isEnded).toBe(true)
    },
  )
  await fc.assert(property, { numRuns: 12 })
})

test('the progress of a bucket never goes back while its listing still adds files', async () => {
  const { parts, account, clock } = await taskRoom()
  const { store } = parts
  const step = fc.oneof(
    fc.record({ found: fc.nat(5), unchanged: fc.nat(5) }),
    fc.record({ settled: fc.constantFrom('done' as const, 'failed' as const, 'gone' as const) }),
  )
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 30 }),
    fc.nat(30),
    async (steps, plannedAt) => {
      const id = parts.ids.uuidV7()
      const settings = {
        model: { id: 'tiny', revision: '1' },
        chunks: { sizeCharacters: 10, overlapCharacters: 0 },
        loader: 'default' as const,
      }
      const nowMs = clock.nowMs()
      const task = {
        id,
        accountId: account.id,
        bucket: 'b',
        modelName: 'tiny',
        settings,
        nowMs,
        expiresMs: 0,
      }
      await store.write((db) => insertBucketTask(db, task))
      const hold = watchProgress()
      const look = async () => hold((await getBucketTask(parts, account.id, id))!)
      let open = 0
      let isPlanned = false
      const settle = (outcome: 'done' | 'failed' | 'gone') => {
        open--
        return store.write((db) => countSettled(db, id, { outcome, nowMs }))
      }
      const plan = () => {
        isPlanned = true
        return store.write((db) => setPlanned(db, id, nowMs))
      }
      for (const [at, each] of steps.entries()) {
        if (at === plannedAt) await plan()
        if ('found' in each) {
          if (isPlanned) continue
          open += each.found
          await store.write(async (db) => {
            await addPlannedItems(db, id, { count: each.found, nowMs })
            await addFoundFiles(db, id, { skipped: each.unchanged, nowMs })
          })
        } else if (open > 0) await settle(each.settled)
        await look()
      }
      await plan()
      while (open > 0) {
        await look()
        await settle('done')
      }
      expect(await look()).toBe(false)
      await store.write((db) => endTask(db, id, { state: 'ready' }, { nowMs }))
      expect(await look()).toBe(true)
    },
  )
  await fc.assert(property, { numRuns: 25 })
})

test('media that cannot be sought goes on slice by slice, and what failed of it is not called done', async () => {
  const room = await taskRoom()
  room.compute.facts = { ...room.compute.facts, seeksExactly: false }
  const { id } = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
  })
  const seen: TaskProgress[] = []
  const embed = room.compute.embedSlices.bind(room.compute)
  room.compute.embedSlices = (work, onSlice, signal) =>
    embed(
      work,
      async (result) => {
        if (result.slice.index === 2) throw new EmbedlineError('media_unreadable', 'The end is damaged.')
        await onSlice(result)
        seen.push((await getTask(room.parts, room.account.id, id))!.progress)
      },
      signal,
    )
  await room.drain()
  expect(seen.map(({ fraction }) => fraction)).toEqual([0.99 * (60 / 150), 0.99 * (120 / 150)])
  const task = await getTask(room.parts, room.account.id, id)
  expect(task).toMatchObject({
    state: 'partial',
    progress: {
      fraction: 1,
      items: { total: 1, done: 0, failed: 1, skipped: 0 },
      media: { totalSec: 150, doneSec: 120 },
    },
  })
  expect(task?.warnings).toContainEqual(
    expect.objectContaining({ code: 'segment_skipped', startSec: 120, endSec: 150 }),
  )
})

test('the rate and the time that is left are those of the last ten items, also after a restart of the server', async () => {
  const room = await taskRoom()
  const { parts, account, clock } = room
  room.compute.facts = { ...room.compute.facts, durationSec: 1200 }
  const { id } = await createMediaTask(parts, account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
  })
  const read = async () => (await getTask(parts, account.id, id))!.progress
  const settleOne = async (afterMs: number) => {
    clock.advance(afterMs)
    await workOn(parts, (await room.claim())!, new AbortController().signal)
  }
  await settleOne(0)
  await settleOne(1000)
  await settleOne(60_000)
  expect(await read()).not.toHaveProperty('itemsPerSec')
  for (let count = 0; count < 10; count++) await settleOne(2000)
  expect(await read()).toMatchObject({ itemsPerSec: 0.5, etaSec: 16 })
})
