import { expect, test } from 'vitest'
import type { ClipContent } from './clipContent.ts'
import { findGaps, type Piece } from './gaps.ts'

const FRAMES = { frames: [{ width: 1, height: 1, rgb: new Uint8Array(3) }] }
const SOUND = { samples: new Float32Array(1) }

/** Segments of 6 s with these contents. */
const pieces = (...contents: ClipContent[]): Piece[] =>
  contents.map((content, at) => ({ segment: { startMs: at * 6_000, endMs: (at + 1) * 6_000 }, content }))

test('nothing is said of tracks that have everything, or that nobody asked for', () => {
  expect(findGaps(['visual'], pieces(FRAMES, FRAMES), true)).toEqual({ warnings: [] })
  expect(findGaps(['transcription'], pieces({}, {}), true)).toEqual({ warnings: [] })
})

test('neighbouring segments without content are one stretch', () => {
  const { warnings } = findGaps(['visual'], pieces({}, FRAMES, {}, {}, FRAMES), true)
  expect(warnings).toEqual([
    expect.objectContaining({ code: 'segment_skipped', option: 'visual', startSec: 0, endSec: 6 }),
    expect.objectContaining({ code: 'segment_skipped', option: 'visual', startSec: 12, endSec: 24 }),
  ])
})

test('a stretch up to the end of the media is its end, when no other track goes on', () => {
  const seen = pieces({ ...FRAMES, ...SOUND }, SOUND, {})
  const { warnings, endedAtSec } = findGaps(['visual', 'audio'], seen, true)
  expect(warnings).toEqual([
    expect.objectContaining({ code: 'media_truncated', option: 'visual', startSec: 6, endSec: 18 }),
    expect.objectContaining({ code: 'media_truncated', option: 'audio', startSec: 12, endSec: 18 }),
  ])
  expect(endedAtSec).toBe(12)
})

test('a stretch up to the end of a slice is no end of the media', () => {
  const { warnings, endedAtSec } = findGaps(['visual'], pieces(FRAMES, {}), false)
  expect(warnings).toMatchObject([{ code: 'segment_skipped' }])
  expect(endedAtSec).toBeUndefined()
})
