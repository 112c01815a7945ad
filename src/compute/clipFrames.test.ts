import { expect, test } from 'vitest'
import { clipFrames } from './clipFrames.ts'

const everyHalfSecond = Array.from({ length: 24 }, (_, at) => ({ timeMs: at * 500 }))
const times = (frames: readonly { timeMs: number }[]) => frames.map(({ timeMs }) => timeMs)

test('a clip is shown by the frames in the middles of its parts', () => {
  expect(times(clipFrames(everyHalfSecond, { startMs: 6_000, endMs: 12_000 }, 3))).toEqual([
    7_000, 9_000, 11_000,
  ])
})

test('the earlier of two frames that are as near is taken', () => {
  expect(times(clipFrames(everyHalfSecond, { startMs: 0, endMs: 500 }, 1))).toEqual([0])
  expect(times(clipFrames(everyHalfSecond, { startMs: 0, endMs: 1_500 }, 1))).toEqual([500])
})

test('frames of the neighbours are never taken', () => {
  const frames = [{ timeMs: 5_999 }, { timeMs: 8_000 }, { timeMs: 12_000 }]
  expect(times(clipFrames(frames, { startMs: 6_000, endMs: 12_000 }, 3))).toEqual([8_000, 8_000, 8_000])
})

test('a clip without frames is shown by none', () => {
  expect(clipFrames(everyHalfSecond, { startMs: 60_000, endMs: 66_000 }, 3)).toEqual([])
})
