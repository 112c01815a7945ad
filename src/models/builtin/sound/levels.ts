import type { Steps } from '../turns.ts'
import { overFrames } from './frames.ts'
import { BANDS } from './spectrogram.ts'
import type { Spectrogram } from './spectrogram.ts'

/** Quieter than this, against the loud frames, is as good as silent: 30 dB below. */
const FLOOR = 1e-3
const SILENCE_POWER = 1e-10

/** How loud each band is in each frame against the loud frames of the same sound, so that gain does not matter. */
export interface Levels {
  frames: number
  /** Natural logarithms above the floor, from 0 up; 64 per frame. */
  bands: Float32Array
  /** The levels of whole frames, quietest first. */
  sortedFrames: Float64Array
  /** The power of a loud frame: the 95th percentile of the mean over the bands. */
  loudPower: number
}

/** L = ln(M / R + 1e-3) - ln 1e-3, with M a power and R the loud frame's. Overwrites the bands of the spectrogram. */
export function* toLevels({ frames, bands }: Spectrogram): Steps<Levels> {
  const sortedFrames = new Float64Array(frames)
  yield* overFrames(frames, (frame) => {
    let sum = 0
    for (let i = frame * BANDS; i < (frame + 1) * BANDS; i++) sum += bands[i] ?? 0
    sortedFrames[frame] = sum / BANDS
  })
  sortedFrames.sort()
  const loudPower = Math.max(
    sortedFrames[Math.min(frames - 1, Math.floor(frames * 0.95))] ?? 0,
    SILENCE_POWER,
  )
  yield* overFrames(frames, (frame) => {
    sortedFrames[frame] = level((sortedFrames[frame] ?? 0) / loudPower)
    for (let i = frame * BANDS; i < (frame + 1) * BANDS; i++) bands[i] = level((bands[i] ?? 0) / loudPower)
  })
  return { frames, bands, sortedFrames, loudPower }
}

const level = (relativePower: number): number => Math.log(relativePower + FLOOR) - Math.log(FLOOR)
