import { expect, test } from 'vitest'
import { progressOf, withRate, type ProgressCounts } from './progress.ts'

const COUNTS: ProgressCounts = {
  state: 'processing',
  isPlanned: true,
  itemCount: 10,
  openCount: 6,
  doneCount: 3,
  failedCount: 1,
  unchangedCount: 0,
}

const media = (totalMs: number | undefined, doneMs: number, failedMs = 0) => ({
  ...(totalMs !== undefined && { totalMs }),
  doneMs,
  failedMs,
})

test('before the plan is written the total is unknown and nothing is counted as progress', () => {
  const counts = { ...COUNTS, isPlanned: false, media: media(undefined, 0) }
  expect(progressOf(counts)).toEqual({
    fraction: 0,
    items: { done: 3, failed: 1, skipped: 0 },
    media: { doneSec: 0 },
  })
})

test('items count equally, and files that were unchanged or gone are skipped', () => {
  const counts = { ...COUNTS, openCount: 5, unchangedCount: 90 }
  expect(progressOf(counts)).toEqual({
    fraction: 0.495,
    items: { total: 100, done: 3, failed: 1, skipped: 91 },
  })
})

test('media counts by its seconds, those that failed too', () => {
  const { fraction, media: seconds } = progressOf({ ...COUNTS, media: media(100_000, 40_000, 10_000) })
  expect(fraction).toBe(0.495)
  expect(seconds).toEqual({ totalSec: 100, doneSec: 40 })
})

test('all items together are not the end', () => {
  expect(progressOf({ ...COUNTS, openCount: 0 }).fraction).toBe(0.99)
  expect(progressOf({ ...COUNTS, itemCount: 0, openCount: 0, doneCount: 0, failedCount: 0 }).fraction).toBe(
    0.99,
  )
})

test.for(['ready', 'partial', 'failed', 'cancelled'] as const)('a task that is %s is at its end', (state) => {
  expect(progressOf({ ...COUNTS, state })).toMatchObject({ fraction: 1, etaSec: 0 })
})

const every = (ms: number, count: number, newestMs = 100_000) =>
  Array.from({ length: count }, (_, at) => newestMs - at * ms)

test('before the third settled item there is no rate', () => {
  const progress = progressOf(COUNTS)
  expect(withRate(progress, every(1000, 2), 100_000)).toEqual(progress)
  expect(withRate(progress, every(1000, 3), 100_000)).toEqual({ ...progress, itemsPerSec: 1, etaSec: 6 })
})

test('the rate is that of the last ten items', () => {
  const finishes = [...every(500, 10), ...every(60_000, 20, 90_000)]
  expect(withRate(progressOf(COUNTS), finishes, 100_000)).toMatchObject({ itemsPerSec: 2, etaSec: 3 })
})

test('items of one commit are one step in time', () => {
  const finishes = [...Array<number>(32).fill(100_000), ...Array<number>(32).fill(98_000)]
  expect(withRate(progressOf(COUNTS), finishes, 100_000)).toMatchObject({ itemsPerSec: 16 })
  expect(withRate(progressOf(COUNTS), Array<number>(32).fill(100_000), 100_500).itemsPerSec).toBeUndefined()
})

test('the time that is left runs down between two items, and grows while the next one is overdue', () => {
  const eta = (nowMs: number) => withRate(progressOf(COUNTS), every(1000, 10), nowMs).etaSec
  expect(eta(100_000)).toBe(6)
  expect(eta(100_600)).toBe(5.4)
  expect(eta(101_000)).toBe(5)
  expect(eta(111_000)).toBe(10)
  expect(withRate(progressOf(COUNTS), every(1000, 10), 111_000).itemsPerSec).toBe(0.5)
})

test('without a total there is a rate but no end', () => {
  const progress = withRate(progressOf({ ...COUNTS, isPlanned: false }), every(1000, 10), 100_000)
  expect(progress.itemsPerSec).toBe(1)
  expect(progress.etaSec).toBeUndefined()
})

test('what has ended has no rate', () => {
  const progress = progressOf({ ...COUNTS, state: 'ready' })
  expect(withRate(progress, every(1000, 10), 100_000)).toEqual(progress)
})
