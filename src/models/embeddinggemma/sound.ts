import { EmbedlineError } from '../../domain/errors.ts'
import { LONGEST_SOUND_SEC, SAMPLE_RATE_HZ } from './context.ts'

export const LONGEST_SOUND = LONGEST_SOUND_SEC * SAMPLE_RATE_HZ

/** The model makes a vector of nothing of less: the end of a recording may be shorter and is filled up with silence. */
const SHORTEST_SOUND = 0.1 * SAMPLE_RATE_HZ

/** Pieces of one length, each of at most 30 s and at least 0.1 s. Throws `media_unreadable` for what is no sound. */
export function soundPieces(samples: Float32Array): Float32Array[] {
  if (!samples.every((sample) => Number.isFinite(sample)))
    throw new EmbedlineError('media_unreadable', 'The sound holds samples that are no numbers.')
  if (samples.length < SHORTEST_SOUND) {
    const filled = new Float32Array(SHORTEST_SOUND)
    filled.set(samples)
    return [filled]
  }
  const count = Math.ceil(samples.length / LONGEST_SOUND)
  const border = (piece: number) => Math.round((piece / count) * samples.length)
  return Array.from({ length: count }, (_, piece) => samples.subarray(border(piece), border(piece + 1)))
}
