import { spaceOf, type ModelFacts } from '../../domain/model.ts'
import { DEFAULT_MODEL, MODEL_NAMES } from './names.ts'
import { modelWord } from './present.ts'
import type { Handler } from './route.ts'

/** Clients want a time and do not use it; no model of ours has one. */
const CREATED_SEC = 0

/** `GET /openai/models` and `GET /openai/embeddings/models`: every name that may be sent, and what it means. */
export const listModels: Handler = async ({ parts }) => {
  const model = parts.models.resolve(DEFAULT_MODEL)
  return { object: 'list', data: model ? [model.id, ...MODEL_NAMES].map((id) => present(id, model)) : [] }
}

const present = (id: string, model: ModelFacts) => ({
  id,
  object: 'model',
  created: CREATED_SEC,
  owned_by: 'embedline',
  embedded_by: modelWord(model),
  dimension: spaceOf(model, 'text').dimension,
})
