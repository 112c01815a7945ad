import type { Steps } from '../turns.ts'
import { centreToUnit } from '../unitLength.ts'
import { overFrames } from './frames.ts'
import type { Levels } from './levels.ts'
import { BANDS } from './spectrogram.ts'

const GROUPS = 8
const BANDS_PER_GROUP = BANDS / GROUPS
const SPANS = [2, 4, 8, 16, 32, 64]

/**
 * How strongly 8 groups of bands rise and fall at 6 speeds: the RMS difference of the means over neighbouring spans
 * of 20 to 640 ms; zero for spans that the sound is too short for.
 */
export function* modulationOf({ frames, bands }: Levels): Steps<Float64Array> {
  const strengths = new Float64Array(GROUPS * SPANS.length)
  let at = 0
  for (let group = 0; group < GROUPS; group++) {
    const sums = yield* runningSums(frames, bands, group * BANDS_PER_GROUP)
    for (const span of SPANS) strengths[at++] = yield* strengthAt(frames, sums, span)
  }
  return centreToUnit(strengths)
}

// Entry t is the sum over the frames before t of the group's mean level.
function* runningSums(frames: number, bands: Float32Array, firstBand: number): Steps<Float64Array> {
  const sums = new Float64Array(frames + 1)
  yield* overFrames(frames, (frame) => {
    const start = frame * BANDS + firstBand
    let sum = 0
    for (let i = start; i < start + BANDS_PER_GROUP; i++) sum += bands[i] ?? 0
    sums[frame + 1] = (sums[frame] ?? 0) + sum / BANDS_PER_GROUP
  })
  return sums
}

function* strengthAt(frames: number, sums: Float64Array, span: number): Steps<number> {
  const pairs = frames - 2 * span + 1
  if (frames < 2 * span + 1) return 0
  let squares = 0
  yield* overFrames(pairs, (frame) => {
    const middle = sums[frame + span] ?? 0
    const before = (middle - (sums[frame] ?? 0)) / span
    const after = ((sums[frame + 2 * span] ?? 0) - middle) / span
    squares += (before - after) ** 2
  })
  return Math.sqrt(squares / pairs)
}
