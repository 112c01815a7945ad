import { expect, test } from 'vitest'
import { dynamicSegments, fixedSegments, planSlices } from './slices.ts'

const times = (slices: { startMs: number; endMs: number }[]) =>
  slices.map(({ startMs, endMs }) => [startMs, endMs])

test('fixed slices are the largest multiple of the segment length up to a minute', () => {
  expect(times(planSlices({ strategy: 'fixed', durationSec: 7 }, 0, 122_000))).toEqual([
    [0, 56_000],
    [56_000, 112_000],
    [112_000, 122_000],
  ])
})

test('slices count from the start that was asked for, not from the start of the file', () => {
  expect(times(planSlices({ strategy: 'fixed', durationSec: 6 }, 5_000, 70_000))).toEqual([
    [5_000, 65_000],
    [65_000, 70_000],
  ])
})

test('a last fixed segment under two seconds is left out, unless it is the only one', () => {
  const ends = (endMs: number) => planSlices({ strategy: 'fixed', durationSec: 6 }, 0, endMs).at(-1)?.endMs
  expect(ends(31_000)).toBe(30_000)
  expect(ends(32_000)).toBe(32_000)
  expect(ends(61_999)).toBe(60_000)
  expect(ends(1_500)).toBe(1_500)
})

test('a fixed slice is cut at every multiple of the duration, the last segment may be short', () => {
  expect(times(fixedSegments({ index: 0, startMs: 0, endMs: 12_000 }, 5))).toEqual([
    [0, 5_000],
    [5_000, 10_000],
    [10_000, 12_000],
  ])
})

test('the rest after the last whole minute stays with its neighbour when it is shorter than the shortest segment', () => {
  expect(times(planSlices({ strategy: 'dynamic', minDurationSec: 4 }, 0, 123_999))).toEqual([
    [0, 60_000],
    [60_000, 123_999],
  ])
  expect(planSlices({ strategy: 'dynamic', minDurationSec: 4 }, 0, 124_000)).toHaveLength(3)
})

test('dynamic segments are cut at shot changes that leave both sides long enough', () => {
  const slice = { index: 0, startMs: 60_000, endMs: 80_000 }
  expect(times(dynamicSegments(slice, 4, [61_000, 65_000, 67_000, 72_000, 77_000]))).toEqual([
    [60_000, 65_000],
    [65_000, 72_000],
    [72_000, 80_000],
  ])
})

test('no media has no slices', () => {
  expect(planSlices({ strategy: 'fixed', durationSec: 6 }, 0, 0)).toEqual([])
})
