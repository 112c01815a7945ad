import { type Precision, SESSIONS, type Session, type SessionPrecisions } from '../../domain/precision.ts'
import { PATCHES_PER_TOKEN } from './fittedSize.ts'

// Counted from the published shapes, two for each parameter and token or patch, and attention (docs/embeddinggemma.md).
const LONGEST_TEXT_OPERATIONS = 5e12
const operationsOf = (patches: number) => 2 * 0.167e9 * patches + 16 * 4 * 768 * patches ** 2

/** In fp32 on an old core that others use too; a core of its own does five times as many. */
const OPERATIONS_PER_SEC = 15e9

/** Opening the weights takes seconds by itself, from a slow disk more. */
const LEAST_SEC = 60

/**
 * How long one run may take: a text of the whole context, or a picture. Generous, because a process that is silent for
 * longer is taken for hung.
 */
export function longestRunSec(imageTokens: number, threads: number): number {
  const operations = Math.max(LONGEST_TEXT_OPERATIONS, operationsOf(imageTokens * PATCHES_PER_TOKEN))
  return Math.max(LEAST_SEC, Math.ceil(operations / (OPERATIONS_PER_SEC * threads)))
}

/** As counted by others in the published weights; the table of words stays on the disk until it is looked at. */
const PARAMETERS: Readonly<Record<Session, number>> = {
  model: 0.137e9,
  vision_encoder: 0.167e9,
  audio_encoder: 0.305e9,
}

const BYTES_PER_PARAMETER: Readonly<Record<Precision, number>> = { fp32: 4, q8: 1, q4: 0.6 }

/** The libraries, the tokenizer, and what a run needs besides the weights. */
const BESIDE_BYTES = 0.6e9

/** The runtime rearranges weights for the processor and then keeps them in memory of its own. */
export const leastMemoryBytes = (precisions: SessionPrecisions): number =>
  SESSIONS.reduce(
    (sum, session) => sum + PARAMETERS[session] * BYTES_PER_PARAMETER[precisions[session]],
    BESIDE_BYTES,
  )
