import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import { spaceOf, type InputKind, type ModelFacts } from '../domain/model.ts'
import type { MediaRequest, PictureRequest, VectorOptions } from '../domain/taskRequest.ts'

type Part = MediaRequest['modalities'][number]

const KIND: Readonly<Record<Part, InputKind>> = { visual: 'video', audio: 'audio', transcription: 'text' }

/** What of a model says which vectors it can give. */
type ModelMeasures = Pick<ModelFacts, 'id' | 'spaces' | 'arePrefixesUsable' | 'isRemote'>

export interface WithinModel {
  request: MediaRequest
  /** Of what was left out. */
  warnings: Warning[]
}

/**
 * What of a request for media the model can embed. Modalities that nobody named are left out with a warning. Throws
 * `modality_unsupported` for those that were named, for a fused vector of a model that makes none, and when nothing is
 * left.
 */
export function withinModel(request: MediaRequest, model: ModelMeasures): WithinModel {
  checkVectors(request, model)
  if (request.fused) spaceOf(model, 'fused', 'fused')
  const has = (modality: Part) => model.spaces[KIND[modality]] !== undefined
  const modalities = request.modalities.filter(has)
  const missing = request.modalities.filter((modality) => !has(modality))
  const [first] = missing
  if (first && (request.modalitiesNamed || modalities.length === 0)) spaceOf(model, KIND[first], 'modalities')
  const warnings = missing.map((modality): Warning => ({
    code: 'option_unavailable',
    message: `No ${modality} embeddings: the model ${model.id} makes none.`,
    option: modality,
  }))
  return { request: { ...request, modalities }, warnings }
}

/** Refuses a picture that the model cannot embed. Throws `modality_unsupported`. */
export function pictureWithinModel(request: PictureRequest, model: ModelMeasures): void {
  checkVectors(request, model)
  spaceOf(model, 'image', 'modalities')
}

/**
 * Refuses vectors that the model cannot give: of a length that is neither its own nor a prefix that means the same, or
 * with their spread from a model on another server. Throws `modality_unsupported`.
 */
export function checkVectors(
  { dimension, uncertainty }: VectorOptions,
  { id, spaces, arePrefixesUsable, isRemote }: ModelMeasures,
): void {
  const refuse = (field: string, message: string): never => {
    throw new EmbedlineError('modality_unsupported', message, { field })
  }
  const lengths = Object.values(spaces).map((space) => space.dimension)
  const fits = (length: number) =>
    dimension === length || (arePrefixesUsable === true && dimension !== undefined && dimension < length)
  if (dimension !== undefined && !lengths.every(fits))
    refuse('dimension', `The model ${id} has vectors of ${[...new Set(lengths)].join(' and ')} numbers.`)
  if (uncertainty && isRemote)
    refuse('uncertainty', `The model ${id} is on another server: how far its vectors vary is not known.`)
}
