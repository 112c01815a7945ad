import { EmbedlineError } from '../../domain/errors.ts'
import type { Models } from '../../tasks/parts.ts'
import { isModelName } from '../modelName.ts'
import { MODEL_NAMES } from './names.ts'

/** Throws `model_unknown` for what is neither a name of this contract nor an id of our own. */
export function checkModelName(models: Pick<Models, 'isOwnName'>, name: string): void {
  if (isModelName(models, name, MODEL_NAMES)) return
  const known = MODEL_NAMES.map((each) => `'${each}'`).join(', ')
  const message = `There is no model '${name}'; ${known} and the models of GET /openai/models are known.`
  throw new EmbedlineError('model_unknown', message, { field: 'modelName' })
}
