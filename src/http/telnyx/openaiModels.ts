import type { ModelFacts } from '../../domain/model.ts'
import { MODEL_NAMES } from './names.ts'
import { modelWord } from './present.ts'
import type { Handler } from './route.ts'

/** Clients want a time and do not use it; no model of ours has one. */
const CREATED_SEC = 0

/** `GET /openai/models` and `GET /openai/embeddings/models`: every name that may be sent, and what it means. */
export const listModels: Handler = async ({ parts: { models } }) => {
  const own = models.all.filter((facts) => models.problem(facts) === undefined).map(({ id }) => id)
  const data = [...own, ...MODEL_NAMES].flatMap((name) => {
    const model = models.resolve(name)
    return model?.spaces.text ? present(name, model) : []
  })
  return { object: 'list', data }
}

const present = (id: string, model: ModelFacts) => ({
  id,
  object: 'model',
  created: CREATED_SEC,
  owned_by: 'embedline',
  embedded_by: modelWord(model),
  precision: model.precision,
  ...model.spaces.text,
})
