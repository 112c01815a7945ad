import type { Modality } from '../domain/embedding.ts'
import {
  spaceOf,
  type EmbeddingModel,
  type FusedParts,
  type InputKind,
  type Picture,
} from '../domain/model.ts'
import type { ClipVector, MediaRequest } from '../domain/work.ts'

/** What one clip is made of, as far as it was asked for and the clip has it. */
export interface ClipContent {
  /** Pictures of the model's size, in order; at least one. */
  frames?: readonly Picture[]
  /** Mono at the model's rate. */
  samples?: Float32Array
  text?: string
}

type Wanted = Pick<MediaRequest, 'modalities' | 'separate' | 'fused'>

/**
 * Embeds one clip: a vector for each thing it has, and one of all of them when that is asked for and more than one
 * modality is. A clip that lacks one is fused of what it has.
 */
export async function clipVectors(
  model: EmbeddingModel,
  wanted: Wanted,
  content: ClipContent,
): Promise<ClipVector[]> {
  const isFused = wanted.fused && wanted.modalities.length > 1
  const vectors: ClipVector[] = []
  const add = (modality: Modality, kind: InputKind, vector: Float32Array) => {
    vectors.push({ modality, space: spaceOf(model.facts, kind).space, vector })
    return vector
  }
  const parts = asParts(content)
  const { visual, audio, transcription } = parts
  if (wanted.separate || !isFused) {
    if (visual) visual.vector = add('visual', 'video', await model.video(visual.frames))
    if (audio) audio.vector = add('audio', 'audio', await model.audio(audio.samples))
    const [vector] = transcription ? await model.text([transcription.text], 'document') : []
    if (transcription && vector) transcription.vector = add('transcription', 'text', vector)
  }
  if (isFused && Object.keys(parts).length > 0) add('fused', 'fused', await model.fused(parts))
  return vectors
}

const asParts = ({ frames, samples, text }: ClipContent): FusedParts => ({
  ...(frames && { visual: { frames } }),
  ...(samples && { audio: { samples } }),
  ...(text !== undefined && { transcription: { text } }),
})
