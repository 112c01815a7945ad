import type { Modality } from '../domain/embedding.ts'
import { spaceOf, type EmbeddingModel, type FusedParts, type InputKind } from '../domain/model.ts'
import type { ClipVector, MediaRequest } from '../domain/work.ts'
import type { ClipContent } from './clipContent.ts'
import { clipSpreads } from './clipSpread.ts'

type Wanted = Pick<MediaRequest, 'modalities' | 'separate' | 'fused' | 'timedTexts' | 'uncertainty'>

/**
 * Embeds one clip: a vector for each thing it has, and one of all of them when that is asked for and more than one
 * thing is. A clip that lacks one
 * is fused of what it has.
 */
export async function clipVectors(
  model: EmbeddingModel,
  wanted: Wanted,
  content: ClipContent,
): Promise<ClipVector[]> {
  const isFused = wanted.fused && (wanted.modalities.length > 1 || wanted.timedTexts !== undefined)
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
  const all = withNotes(parts, content.notes)
  if (isFused && Object.keys(all).length > 0) add('fused', 'fused', await model.fused(all))
  if (wanted.uncertainty !== true) return vectors
  const spreads = await clipSpreads(model, wanted, content)
  return vectors.map((each) => {
    const uncertainty = spreads.get(each.modality)
    return uncertainty ? { ...each, uncertainty } : each
  })
}

/** What is said in a clip and what is noted to it are one text. */
const withNotes = (parts: FusedParts, notes: string | undefined): FusedParts =>
  notes === undefined
    ? parts
    : { ...parts, transcription: { text: [parts.transcription?.text, notes].filter(Boolean).join('\n') } }

const asParts = ({ frames, samples, text }: ClipContent): FusedParts => ({
  ...(frames && { visual: { frames } }),
  ...(samples && { audio: { samples } }),
  ...(text !== undefined && { transcription: { text } }),
})
