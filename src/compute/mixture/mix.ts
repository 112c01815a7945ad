import type { EmbeddingModel, FusedParts, InputKind } from '../../domain/model.ts'
import { weightedMean } from '../../lib/weightedMean.ts'
import { longTextVector } from '../parts/longText.ts'
import type { Thing } from './things.ts'

export interface Mixed {
  vector: Float32Array
  kind: InputKind
}

const KIND: Readonly<Record<Thing['kind'], InputKind>> = {
  text: 'text',
  image: 'image',
  pages: 'image',
  video: 'video',
  audio: 'audio',
}

/** True for a model that puts all that it embeds into one space. */
export const isJoint = ({ facts: { spaces } }: EmbeddingModel): boolean =>
  new Set(Object.values(spaces).map(({ space }) => space)).size === 1

/**
 * One vector of things, at least one. A thing alone is embedded as what it is; things of one kind, by a model whose
 * spaces are several, become their mean in the space of that kind; others the model's own fusion, where there is at most
 * one of each kind, or else the mean of their vectors.
 */
export async function mix(model: EmbeddingModel, things: readonly Thing[]): Promise<Mixed> {
  const [first] = things
  if (!first) throw new Error('nothing to mix')
  const kinds = new Set(things.map(({ kind }) => KIND[kind]))
  const fused = isJoint(model) || kinds.size > 1 ? fusedParts(things) : undefined
  if (fused) return { vector: await model.fused(fused), kind: 'fused' }
  const vectors: Float32Array[] = []
  for (const thing of things)
    vectors.push(await vectorOf(model, thing, things.length === 1 && kinds.size === 1))
  const vector = vectors.length === 1 && vectors[0] ? vectors[0] : weightedMean(vectors)
  return { vector, kind: kinds.size === 1 ? KIND[first.kind] : 'fused' }
}

/** What the model itself makes one of; undefined when a single method embeds it, or the model takes fewer of a kind. */
function fusedParts(things: readonly Thing[]): FusedParts | undefined {
  const parts: FusedParts = {}
  for (const thing of things) {
    if (thing.kind === 'pages') return undefined
    if (thing.kind === 'image') {
      if (parts.picture) return undefined
      parts.picture = thing.picture
    }
    if (thing.kind === 'video') {
      if (parts.visual) return undefined
      parts.visual = { frames: thing.frames }
    }
    if (thing.kind === 'text') parts.transcription = { text: thing.text }
    const samples = thing.kind === 'audio' || thing.kind === 'video' ? thing.samples : undefined
    if (!samples) continue
    if (parts.audio) return undefined
    parts.audio = { samples }
  }
  return Object.keys(parts).length > 1 ? parts : undefined
}

async function vectorOf(model: EmbeddingModel, thing: Thing, isAlone: boolean): Promise<Float32Array> {
  switch (thing.kind) {
    case 'text':
      return longTextVector(model, thing.text, isAlone ? 'query' : 'document')
    case 'image':
      return model.image(thing.picture)
    case 'pages': {
      const vectors: Float32Array[] = []
      for (const picture of thing.pictures) vectors.push(await model.image(picture))
      return weightedMean(vectors)
    }
    case 'video':
      return thing.samples && isJoint(model)
        ? model.fused({ visual: { frames: thing.frames }, audio: { samples: thing.samples } })
        : model.video(thing.frames)
    case 'audio':
      return model.audio(thing.samples)
  }
}
