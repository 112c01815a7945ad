import { EmbedlineError } from '../../domain/errors.ts'
import type { Models } from '../../tasks/parts.ts'
import { isModelName } from '../modelName.ts'
import { DEFAULT_MODEL } from './schema.ts'

/** Words of the contract that this server knows and does not serve yet. */
const INPUT_TYPES = ['audio', 'video', 'image', 'document', 'text', 'text_image', 'multi_input']
const MODEL_NAMES = ['marengo3.5']

/** Refuses an input type of the contract that is not among `enabled`, by its name. Others are for the schema. */
export function refuseUnlessEnabled(body: unknown, enabled: readonly string[]): void {
  if (typeof body !== 'object' || body === null || !('input_type' in body)) return
  const { input_type: given } = body
  if (typeof given !== 'string' || !INPUT_TYPES.includes(given) || enabled.includes(given)) return
  const message = `\`${given}\` is not enabled here yet; ${enabled.map((each) => `\`${each}\``).join(' and ')} are.`
  throw new EmbedlineError('request_invalid', message, { field: 'input_type' })
}

/**
 * Refuses the models of the contract whose shapes are not served yet, because an alias would answer them wrongly, and
 * names that are none here. Throws `request_invalid`, `model_unknown`.
 */
export function checkModelName(models: Pick<Models, 'isOwnName'>, name: string): void {
  const field = 'model_name'
  if (MODEL_NAMES.includes(name))
    throw new EmbedlineError('request_invalid', `\`${name}\` is not enabled yet.`, { field })
  if (!isModelName(models, name, [DEFAULT_MODEL]))
    throw new EmbedlineError('model_unknown', `There is no model ${name}.`, { field })
}
