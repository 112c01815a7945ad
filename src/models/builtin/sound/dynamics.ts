import type { Steps } from '../turns.ts'
import { centreToUnit } from '../unitLength.ts'
import { overFrames } from './frames.ts'
import type { Levels } from './levels.ts'
import { BANDS, FRAMES_PER_SEC } from './spectrogram.ts'

const PERCENTILES = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]

/** How loudness is spread over time: seven percentiles of the frames' levels, onsets per second, and the mean flux. */
export function* dynamicsOf(levels: Levels): Steps<Float64Array> {
  const { frames, sortedFrames } = levels
  const flux = yield* fluxOf(levels)
  const meanFlux = flux.reduce((sum, each) => sum + each, 0) / frames
  const percentiles = PERCENTILES.map(
    (part) => sortedFrames[Math.min(frames - 1, Math.floor(part * frames))] ?? 0,
  )
  const onsetsPerSec = (countOnsets(flux, 2 * meanFlux) * FRAMES_PER_SEC) / frames
  return centreToUnit(Float64Array.from([...percentiles, onsetsPerSec, 4 * meanFlux]))
}

// How much louder the bands became since the frame before, on average.
function* fluxOf({ frames, bands }: Levels): Steps<Float64Array> {
  const flux = new Float64Array(frames)
  yield* overFrames(frames - 1, (before) => {
    const start = (before + 1) * BANDS
    let rise = 0
    for (let i = start; i < start + BANDS; i++) rise += Math.max(0, (bands[i] ?? 0) - (bands[i - BANDS] ?? 0))
    flux[before + 1] = rise / BANDS
  })
  return flux
}

// Peaks above the threshold, not counting the two frames at either end.
function countOnsets(flux: Float64Array, threshold: number): number {
  let onsets = 0
  for (let frame = 2; frame < flux.length - 2; frame++) {
    const here = flux[frame] ?? 0
    if (here > threshold && here >= (flux[frame - 1] ?? 0) && here > (flux[frame + 1] ?? 0)) onsets++
  }
  return onsets
}
