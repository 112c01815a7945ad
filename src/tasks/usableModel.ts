import { EmbedlineError } from '../domain/errors.ts'
import type { ModelFacts } from '../domain/model.ts'
import type { TaskParts } from './parts.ts'

/**
 * The model that a name means, when it can be used now. Throws `model_unknown`, and `model_missing` or `model_damaged`
 * for one whose files are not here as they should be.
 */
export function usableModel({ models }: Pick<TaskParts, 'models'>, modelName: string): ModelFacts {
  const model = models.resolve(modelName)
  if (!model)
    throw new EmbedlineError('model_unknown', `There is no model ${modelName}.`, { field: 'modelName' })
  const problem = models.problem(model)
  if (problem) throw problem
  return model
}
