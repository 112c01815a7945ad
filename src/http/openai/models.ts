import { isModelName } from '../modelName.ts'
import { presentModel, presentModels } from '../modelList.ts'
import { noModel } from './embedRequest.ts'
import { MODEL_NAMES } from './names.ts'
import { inPath } from '../call.ts'
import type { Handler } from './route.ts'

/** `GET /models`: every name that may be sent, and what it means. */
export const listModels: Handler = async ({ parts: { models } }) => presentModels(models, MODEL_NAMES)

/** `GET /models/{model}`: the name may have slashes in it. */
export const retrieveModel: Handler = async ({ parts: { models }, request }) => {
  const name = inPath(request, '*')
  const model = isModelName(models, name, MODEL_NAMES) ? presentModel(models, name) : undefined
  if (!model) throw noModel(name)
  return model
}
