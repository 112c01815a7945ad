import type { ModelFacts } from '../../domain/model.ts'
import { SESSIONS, type Session, type SessionPrecisions } from '../../domain/precision.ts'
import { mostFrames, SAMPLE_RATE_HZ } from './context.ts'
import { leastMemoryBytes, longestRunSec } from './estimates.ts'
import { fittedSize } from './fittedSize.ts'
import type { GemmaSettings } from './settings.ts'

export const GEMMA_ID = 'embeddinggemma-2'

export const DIMENSION = 768

const REVISION_CHARACTERS = 12

/** All kinds of input are in one space: a text finds a picture. */
const SPACE = { space: GEMMA_ID, dimension: DIMENSION }

export function gemmaFacts({
  commit,
  precisions,
  imageTokens,
  frameTokens,
  secondsPerFrame,
  threads,
}: GemmaSettings): ModelFacts {
  return {
    id: GEMMA_ID,
    revision: commit.slice(0, REVISION_CHARACTERS),
    precision: precisionInWords(precisions),
    spaces: { text: SPACE, image: SPACE, video: SPACE, audio: SPACE, fused: SPACE },
    isLexical: false,
    arePrefixesUsable: true,
    longestRunSec: longestRunSec(imageTokens, threads),
    leastMemoryBytes: leastMemoryBytes(precisions),
    input: {
      pictureSize: (shown) => fittedSize(shown, imageTokens),
      frameSize: (shown) => fittedSize(shown, frameTokens),
      framesOf: (clipSec) =>
        Math.max(1, Math.min(mostFrames(frameTokens), Math.ceil(clipSec / secondsPerFrame))),
      sampleRateHz: SAMPLE_RATE_HZ,
    },
  }
}

const WORDS: Readonly<Record<Session, string>> = {
  model: 'text',
  vision_encoder: 'vision',
  audio_encoder: 'audio',
}

/** `q8`, or `q4 text, q8 vision, fp32 audio` where they differ. */
function precisionInWords(precisions: SessionPrecisions): string {
  if (new Set(Object.values(precisions)).size === 1) return precisions.model
  return SESSIONS.map((session) => `${precisions[session]} ${WORDS[session]}`).join(', ')
}
