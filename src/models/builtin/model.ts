import type { EmbeddingModel, FusedParts, Picture } from '../../domain/model.ts'
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

  function* clipSteps(frames: readonly Picture[]): Steps<Float32Array> {
    const vectors: Float32Array[] = []
    for (const { rgb } of frames) {
      vectors.push(embedPicture(rgb))
      yield
    }
    return meanDirection(vectors)
  }

  // In a fixed order, so that the sum is the same to the last bit.
  function* fusedSteps({ picture, visual, audio, transcription }: FusedParts): Steps<Float32Array> {
    const vectors: Float32Array[] = []
    if (picture) vectors.push(yield* clipSteps([picture]))
    if (visual) vectors.push(visual.vector ?? (yield* clipSteps(visual.frames)))
    if (audio) vectors.push(audio.vector ?? (yield* soundSteps(audio.samples)))
    if (transcription) vectors.push(transcription.vector ?? (yield* textSteps(transcription.text)))
    return meanDirection(vectors)
  }

  return {
    facts: builtinFacts,
    text: (texts) => inTurns(textsSteps(texts)),
    image: (picture) => inTurns(clipSteps([picture])),
    video: (frames) => inTurns(clipSteps(frames)),
    audio: (samples) => inTurns(soundSteps(samples)),
    fused: (parts) => inTurns(fusedSteps(parts)),
    close: () => Promise.resolve(),
  }
}
