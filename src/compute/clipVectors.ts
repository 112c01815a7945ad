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

export interface Units {
  /** Called when a unit is done, a frame or a vector: the work is alive. */
  onProgress: () => void
  /** Awaited between units of computing, so that short requests pass. Throws when the work is to end. */
  betweenUnits: () => Promise<void>
}

type Wanted = Pick<MediaRequest, 'modalities' | 'separate' | 'fused'>

/**
 * Embeds one clip: a vector for each thing it has, and one of all of them when that is asked for and more than one
 * modality is. A clip that lacks one is fused of what it has. Each vector is a unit: it may take a model many seconds.
 */
export async function clipVectors(
  model: EmbeddingModel,
  wanted: Wanted,
  content: ClipContent,
  { onProgress, betweenUnits }: Units,
): Promise<ClipVector[]> {
  const isFused = wanted.fused && wanted.modalities.length > 1
  const vectors: ClipVector[] = []
  const add = async (modality: Modality, kind: InputKind, embed: () => Promise<Float32Array>) => {
    await betweenUnits()
    const vector = await embed()
    vectors.push({ modality, space: spaceOf(model.facts, kind).space, vector })
    onProgress()
    return vector
  }
  const parts = asParts(content)
  const { visual, audio, transcription } = parts
  if (wanted.separate || !isFused) {
    if (visual) visual.vector = await add('visual', 'video', () => model.video(visual.frames))
    if (audio) audio.vector = await add('audio', 'audio', () => model.audio(audio.samples))
    if (transcription)
      transcription.vector = await add('transcription', 'text', () => textVector(model, transcription.text))
  }
  if (isFused && Object.keys(parts).length > 0) await add('fused', 'fused', () => model.fused(parts))
  return vectors
}

async function textVector(model: EmbeddingModel, text: string): Promise<Float32Array> {
  const [vector] = await model.text([text], 'document')
  if (vector) return vector
  throw new Error('the model gave no vector for a text')
}

const asParts = ({ frames, samples, text }: ClipContent): FusedParts => ({
  ...(frames && { visual: { frames } }),
  ...(samples && { audio: { samples } }),
  ...(text !== undefined && { transcription: { text } }),
})
