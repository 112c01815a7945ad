import type { Warning } from '../../domain/embedding.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { spaceOf, type EmbeddingModel } from '../../domain/model.ts'
import type { MixtureAnswer, MixtureSize, MixtureWork } from '../../domain/mixtureWork.ts'
import { spread } from '../../lib/spread.ts'
import type { Units } from '../units.ts'
import { isJoint, mix } from './mix.ts'
import { readThing, type ReadingParts, type Thing } from './things.ts'
import { windowsOf } from './windows.ts'

export type MixtureParts = ReadingParts & Units

/**
 * One vector of a text and of media, either of which may be absent. Throws what reading the media throws, naming the
 * source as `sources.0`, and `request_invalid` for an uncertainty of what has no parts.
 */
export async function embedMixture(work: MixtureWork, parts: MixtureParts): Promise<MixtureAnswer> {
  const { model, onProgress } = parts
  const things: Thing[] = work.text === undefined ? [] : [{ kind: 'text', text: work.text }]
  for (const [at, source] of work.sources.entries()) {
    things.push(await readThing(source, parts).catch((failure: unknown) => blame(failure, at)))
    onProgress()
  }
  const { vector, kind } = await mix(model, things)
  spaceOf(model.facts, kind)
  const uncertainty = work.uncertainty ? await mixtureSpread(model, things, parts) : undefined
  const sizes = things.flatMap(sizeOf)
  return { vector, kind, sizes, warnings: unheard(model, things), ...(uncertainty && { uncertainty }) }
}

function sizeOf(thing: Thing): MixtureSize[] {
  switch (thing.kind) {
    case 'text':
      return []
    case 'image':
      return [{ kind: 'image', amount: 1 }]
    case 'pages':
      return [{ kind: 'document', amount: thing.pictures.length }]
    case 'video':
    case 'audio':
      return [{ kind: thing.kind, amount: thing.sec ?? 0 }]
  }
}

function blame(failure: unknown, at: number): never {
  throw failure instanceof EmbedlineError ? failure.inField(`sources.${at}`) : failure
}

/** The spread of the mixtures of the first windows of all things, of the second ones, and so on. */
async function mixtureSpread(
  model: EmbeddingModel,
  things: readonly Thing[],
  { betweenUnits, onProgress }: Units,
): Promise<Float32Array> {
  const windows: Thing[][] = []
  for (const thing of things) windows.push(await windowsOf(model, thing))
  const count = Math.min(...windows.map(({ length }) => length))
  const vectors: Float32Array[] = []
  for (let at = 0; at < count; at++) {
    await betweenUnits()
    const each = windows.flatMap((window) => window[at] ?? [])
    vectors.push((await mix(model, each)).vector)
    onProgress()
  }
  const uncertainty = spread(vectors)
  if (uncertainty) return uncertainty
  throw new EmbedlineError('request_invalid', 'It has no parts that could be compared with each other.', {
    field: 'uncertainty',
  })
}

/** A video alone lies in the space of pictures where its sound lies in another. */
function unheard(model: EmbeddingModel, things: readonly Thing[]): Warning[] {
  const [only] = things
  if (things.length > 1 || only?.kind !== 'video' || !only.samples || isJoint(model)) return []
  const message = `Of the video its pictures are embedded: the model ${model.facts.id} has no space for them and its sound.`
  return [{ code: 'option_unavailable', message, option: 'audio' }]
}
