import type { Warning } from '../domain/embedding.ts'
import { spaceOf, type InputKind, type ModelFacts } from '../domain/model.ts'
import type { MediaRequest } from '../domain/work.ts'

type Part = MediaRequest['modalities'][number]

const KIND: Readonly<Record<Part, InputKind>> = { visual: 'video', audio: 'audio', transcription: 'text' }

export interface WithinModel {
  request: MediaRequest
  /** Of what was left out. */
  warnings: Warning[]
}

/**
 * What of a request the model can embed. Modalities that nobody named are left out with a warning. Throws
 * `modality_unsupported` for those that were named, for a fused vector of a model that makes none, and when nothing is
 * left.
 */
export function withinModel(request: MediaRequest, model: Pick<ModelFacts, 'id' | 'spaces'>): WithinModel {
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
