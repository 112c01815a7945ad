import type { Steps } from '../turns.ts'
import { centreToUnit, signedSquareRoots } from '../unitLength.ts'
import { overFrames } from './frames.ts'
import type { Levels } from './levels.ts'
import { BANDS } from './spectrogram.ts'

/** How the level of each of the 64 bands moves over time. */
export interface BandMotion {
  /** How fast against how far: the RMS of frame differences over the standard deviation + 0.1. */
  speed: Float64Array
  /** Skewness: mostly quiet with bursts, or mostly loud with gaps. */
  skewness: Float64Array
}

const STEADY_VARIANCE = 1e-6

export function* bandMotionOf({ frames, bands }: Levels): Steps<BandMotion> {
  const means = yield* sumsOf(frames, (i) => bands[i] ?? 0)
  for (let band = 0; band < BANDS; band++) means[band] = (means[band] ?? 0) / frames
  const meanAt = (i: number) => means[i % BANDS] ?? 0
  const squares = yield* sumsOf(frames, (i) => ((bands[i] ?? 0) - meanAt(i)) ** 2)
  const cubes = yield* sumsOf(frames, (i) => ((bands[i] ?? 0) - meanAt(i)) ** 3)
  const steps = yield* sumsOf(frames, (i) =>
    i < BANDS ? 0 : ((bands[i] ?? 0) - (bands[i - BANDS] ?? 0)) ** 2,
  )
  const variances = squares.map((sum) => sum / frames)
  const speed = steps.map(
    (sum, band) => Math.sqrt(sum / Math.max(1, frames - 1)) / (Math.sqrt(variances[band] ?? 0) + 0.1),
  )
  const skewness = cubes.map((sum, band) => {
    const variance = variances[band] ?? 0
    return variance > STEADY_VARIANCE ? sum / frames / variance ** 1.5 : 0
  })
  return { speed: centreToUnit(speed), skewness: centreToUnit(signedSquareRoots(skewness)) }
}

// For each band the sum over the frames of what `term` makes of the entry's index.
function* sumsOf(frames: number, term: (i: number) => number): Steps<Float64Array> {
  const sums = new Float64Array(BANDS)
  yield* overFrames(frames, (frame) => {
    const start = frame * BANDS
    for (let band = 0; band < BANDS; band++) sums[band] = (sums[band] ?? 0) + term(start + band)
  })
  return sums
}
