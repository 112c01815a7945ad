import type { ModelFacts } from '../domain/model.ts'
import type { Models } from '../tasks/parts.ts'
import { modelWord } from './modelWord.ts'

/** Clients want a time and do not use it; no model of ours has one. */
const CREATED_SEC = 0

/** The models that embed text as contracts that follow OpenAI's list them: every name that may be sent. */
export const presentModels = (models: Models, contractNames: readonly string[]) => {
  const usable = models.all.filter((facts) => models.problem(facts) === undefined).map(({ id }) => id)
  const names = new Set([...usable, ...models.aliases, ...contractNames])
  const data = [...names].flatMap((name) => presentModel(models, name) ?? [])
  return { object: 'list', data }
}

/** The model that a name means; undefined for none that embeds text. */
export function presentModel(models: Pick<Models, 'resolve'>, name: string) {
  const model = models.resolve(name)
  return model?.spaces.text && present(name, model)
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
