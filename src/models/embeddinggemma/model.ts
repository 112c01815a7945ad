import { setImmediate } from 'node:timers/promises'
import type { EmbeddingModel, FusedParts, Picture, TextUse } from '../../domain/model.ts'
import type { LoadProgress } from '../profile.ts'
import { mostFrames } from './context.ts'
import { gemmaFacts } from './facts.ts'
import { rawImage, rawVideo } from './inputs.ts'
import { loadNetwork, type MediaInput } from './network.ts'
import type { GemmaSettings } from './settings.ts'
import { LONGEST_SOUND, soundPieces } from './sound.ts'
import { textBatches } from './textBatches.ts'
import { weightedMean } from './unitVectors.ts'

/** As much work as its texts one by one; fuller batches were measured to be more, and a short text waits for their end. */
const BATCH_TOKENS = 256
const BATCH_TEXTS = 32

/**
 * Opens EmbeddingGemma 2 on the files in `folder`: one space for texts, pictures, videos, sounds and mixtures of them.
 * Traps and measurements: docs/embeddinggemma.md. Throws `model_damaged`; what opens the encoders, the first picture or sound,
 * may throw it too.
 */
export async function openGemma(
  settings: GemmaSettings,
  folder: string,
  onProgress: LoadProgress,
): Promise<EmbeddingModel> {
  const network = await loadNetwork(settings, folder, onProgress)
  const { imageTokens, frameTokens, precisions } = settings
  const { transformers, tokens } = network
  const frameLimit = mostFrames(frameTokens)
  // With q8 the activations of a batch share a scale, so each text would depend on those beside it.
  const bounds = { samples: precisions.model === 'q8' ? 1 : BATCH_TEXTS, tokens: BATCH_TOKENS }

  async function text(texts: readonly string[], use: TextUse): Promise<Float32Array[]> {
    const encoded: { at: number; ids: number[] }[] = []
    for (const [at, each] of texts.entries()) {
      encoded.push({ at, ids: tokens.encode(each, use) })
      await setImmediate()
    }
    const vectors: Float32Array[] = []
    for (const batch of textBatches(encoded, bounds)) {
      const rows = await network.embedTokens(batch.map(({ ids }) => ids))
      for (const [row, { at }] of batch.entries()) vectors[at] = rows[row] as Float32Array
    }
    return vectors
  }

  const image = async (picture: Picture) =>
    network.embedMedia({ images: [rawImage(transformers, picture, imageTokens)] })

  const video = async (frames: readonly Picture[]) =>
    network.embedMedia({ videos: [rawVideo(transformers, frames, frameTokens, frameLimit)] })

  async function audio(samples: Float32Array): Promise<Float32Array> {
    const pieces = soundPieces(samples)
    const vectors: Float32Array[] = []
    for (const piece of pieces) vectors.push(await network.embedMedia({ sounds: [piece] }))
    const [only] = vectors
    return vectors.length === 1 && only
      ? only
      : weightedMean(
          vectors,
          pieces.map(({ length }) => length),
        )
  }

  /** One input of all parts, as the model was made for: of a longer sound its first 30 s. */
  async function fused({ picture, visual, audio: sound, transcription }: FusedParts): Promise<Float32Array> {
    const media: MediaInput = {
      ...(picture && { images: [rawImage(transformers, picture, imageTokens)] }),
      ...(visual && { videos: [rawVideo(transformers, visual.frames, frameTokens, frameLimit)] }),
      ...(sound && { sounds: soundPieces(sound.samples.subarray(0, LONGEST_SOUND)) }),
    }
    if (!transcription) return network.embedMedia(media)
    const words = transcription.text
    if (Object.keys(media).length === 0) return (await text([words], 'document'))[0] as Float32Array
    // Who sent words with a picture is told that they are too many; those of a clip are what happens to be said in it.
    return network.embedMedia(media, (room) =>
      picture ? tokens.encode(words, 'document', room) : tokens.encodeBeginning(words, 'document', room),
    )
  }

  return {
    facts: gemmaFacts(settings),
    fits: tokens.fits,
    text,
    image,
    video,
    audio,
    fused,
    close: () => network.close(),
  }
}
