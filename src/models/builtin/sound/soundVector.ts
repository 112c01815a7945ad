import { DIMENSION } from '../facts.ts'
import { joinBlocks, makeRotation } from '../rotation.ts'
import type { Steps } from '../turns.ts'
import { bandMotionOf } from './bandMotion.ts'
import { dynamicsOf } from './dynamics.ts'
import { harmonyOf } from './harmony.ts'
import { toLevels } from './levels.ts'
import { modulationOf } from './modulation.ts'
import { makeSpectrogram } from './spectrogram.ts'
import { timbreOf } from './timbre.ts'

const SEED = 8

/**
 * Makes the function from mono samples at 16 kHz to their unit vector: timbre, how the bands move, rhythm, loudness
 * over time and harmony, none of which depends on the gain. Silence is the first axis. The 307 numbers of all blocks
 * are only turned, nothing of them is lost.
 */
export function makeSoundEmbedder(): (samples: Float32Array) => Steps<Float32Array> {
  const toSpectrogram = makeSpectrogram()
  const rotate = makeRotation(DIMENSION, SEED)
  return function* (samples) {
    const spectrogram = yield* toSpectrogram(samples)
    const levels = yield* toLevels(spectrogram)
    const timbre = yield* timbreOf(levels)
    const motion = yield* bandMotionOf(levels)
    return rotate(
      joinBlocks([
        { entries: timbre.meanShape, share: 0.24 },
        { entries: timbre.correlations, share: 0.28 },
        { entries: motion.speed, share: 0.12 },
        { entries: yield* modulationOf(levels), share: 0.1 },
        { entries: yield* dynamicsOf(levels), share: 0.12 },
        { entries: yield* harmonyOf(spectrogram, levels.loudPower), share: 0.08 },
        { entries: motion.skewness, share: 0.06 },
      ]),
    )
  }
}
