import type { EmbeddingModel, FusedParts } from '../../domain/model.ts'
import { builtinFacts } from './facts.ts'
import { makePictureEmbedder } from './picture/pictureVector.ts'
import { makeSoundEmbedder } from './sound/soundVector.ts'
import { makeTextEmbedder } from './text/textVector.ts'
import { makeTurns } from './turns.ts'
import type { Steps } from './turns.ts'
import { meanDirection } from './unitLength.ts'

/**
 * Opens the model without weights: words, colours, edges and sound textures, hashed or rotated to 512 numbers.
 * It needs no download and a few milliseconds. Formulas and measurements: docs/builtin.md.
 */
export function openBuiltin(): EmbeddingModel {
  const inTurns = makeTurns()
  const textSteps = makeTextEmbedder()
  const soundSteps = makeSoundEmbedder()
  const embedPicture = makePictureEmbedder()

  function* textsSteps(texts: readonly string[]): Steps<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (const text of texts) vectors.push(yield* textSteps(text))
    return vectors
  }

  function* clipSteps(frames: readonly Uint8Array[]): Steps<Float32Array> {
    const vectors: Float32Array[] = []
    for (const frame of frames) {
      vectors.push(embedPicture(frame))
      yield
    }
    return meanDirection(vectors)
  }

  return {
    facts: builtinFacts,
    text: (texts) => inTurns(textsSteps(texts)),
    image: (rgb) => inTurns(clipSteps([rgb])),
    video: (frames) => inTurns(clipSteps(frames)),
    audio: (samples) => inTurns(soundSteps(samples)),
    fused: (parts) => Promise.resolve(fuse(parts)),
    close: () => Promise.resolve(),
  }
}

// In a fixed order, so that the sum is the same to the last bit.
const fuse = ({ visual, audio, transcription }: FusedParts): Float32Array =>
  meanDirection([visual, audio, transcription].flatMap((part) => (part === undefined ? [] : [part.vector])))
