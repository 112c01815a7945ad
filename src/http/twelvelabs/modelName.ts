import { EmbedlineError } from '../../domain/errors.ts'
import type { Models } from '../../tasks/parts.ts'
import { isModelName } from '../modelName.ts'

export const DEFAULT_MODEL = 'marengo3.0'

/** Has request shapes of its own; names that are no contract's have those of the default model. */
export const NEWER_MODEL = 'marengo3.5'

/** Every word that the contract has for an input. */
const INPUT_TYPES = ['audio', 'video', 'image', 'document', 'text', 'text_image', 'multi_input']

const hasKey = <Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> =>
  typeof value === 'object' && value !== null && key in value

/** Says, before its shape is known, which model a body is for. */
export const isForNewerModel = (body: unknown): boolean =>
  hasKey(body, 'model_name') && body.model_name === NEWER_MODEL

/** Refuses an input type of the contract that the model does not take here, by its name. Others are for the schema. */
export function refuseOtherInputs(body: unknown, model: string, taken: readonly string[]): void {
  if (!hasKey(body, 'input_type')) return
  const { input_type: given } = body
  if (typeof given !== 'string' || !INPUT_TYPES.includes(given) || taken.includes(given)) return
  const message = `\`${model}\` takes ${taken.map((each) => `\`${each}\``).join(', ')} here.`
  throw new EmbedlineError('request_invalid', message, { field: 'input_type' })
}

/** Refuses names that are no model's here. Throws `model_unknown`. */
export function checkModelName(models: Pick<Models, 'isOwnName'>, name: string): void {
  if (isModelName(models, name, [DEFAULT_MODEL, NEWER_MODEL])) return
  throw new EmbedlineError('model_unknown', `There is no model ${name}.`, { field: 'model_name' })
}
