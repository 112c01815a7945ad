import type { Modality } from '../domain/embedding.ts'
import { spaceOf, type EmbeddingModel, type FusedParts, type InputKind } from '../domain/model.ts'
import type { ClipVector } from '../domain/sliceWork.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import type { ClipContent } from './clipContent.ts'
import { clipSpreads } from './clipSpread.ts'
import type { Units } from './units.ts'

type Wanted = Pick<MediaRequest, 'modalities' | 'separate' | 'fused' | 'timedTexts' | 'uncertainty'>

/**
 * Embeds one clip: a vector for each thing it has, and one of all of them when that is asked for and more than one
 * thing is. A clip that lacks one is fused of what it has. Each vector is a unit: it may take a model many seconds.
 */
export async function clipVectors(
  model: EmbeddingModel,
  wanted: Wanted,
  content: ClipContent,
  { onProgress, betweenUnits }: Units,
): Promise<ClipVector[]> {
  const isFused = wanted.fused && (wanted.modalities.length > 1 || wanted.timedTexts !== undefined)
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
  const all = withNotes(parts, content.notes)
  if (isFused && Object.keys(all).length > 0) await add('fused', 'fused', () => model.fused(all))
  if (wanted.uncertainty !== true) return vectors
  const spreads = await clipSpreads(model, wanted, content, { onProgress, betweenUnits })
  return vectors.map((each) => {
    const uncertainty = spreads.get(each.modality)
    return uncertainty ? { ...each, uncertainty } : each
  })
}

async function textVector(model: EmbeddingModel, text: string): Promise<Float32Array> {
  const [vector] = await model.text([text], 'document')
  if (vector) return vector
  throw new Error('the model gave no vector for a text')
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
