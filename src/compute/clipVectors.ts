import type { Modality } from '../domain/embedding.ts'
import type { EmbeddingModel, FusedParts } from '../domain/model.ts'
import type { ClipVector, MediaRequest } from '../domain/work.ts'

/** What one clip is made of, as far as it was asked for and the clip has it. */
export interface ClipContent {
  /** Pictures of the model's size, in order; at least one. */
  frames?: readonly Uint8Array[]
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
  const parts = await embedParts(model, content)
  const isFused = wanted.fused && wanted.modalities.length > 1
  const { spaces } = model.facts
  const vectors: ClipVector[] = []
  const add = (modality: Modality, space: string, vector: Float32Array | undefined) =>
    vector && vectors.push({ modality, space, vector })
  if (wanted.separate || !isFused) {
    add('visual', spaces.video.space, parts.visual?.vector)
    add('audio', spaces.audio.space, parts.audio?.vector)
    add('transcription', spaces.text.space, parts.transcription?.vector)
  }
  if (isFused && Object.keys(parts).length > 0) add('fused', spaces.fused.space, await model.fused(parts))
  return vectors
}

async function embedParts(
  model: EmbeddingModel,
  { frames, samples, text }: ClipContent,
): Promise<FusedParts> {
  const parts: FusedParts = {}
  if (frames) parts.visual = { frames, vector: await model.video(frames) }
  if (samples) parts.audio = { samples, vector: await model.audio(samples) }
  const [vector] = text === undefined ? [] : await model.text([text], 'document')
  if (text !== undefined && vector) parts.transcription = { text, vector }
  return parts
}
