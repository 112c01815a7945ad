import { EmbedlineError } from '../../domain/errors.ts'

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

/** Refuses the models of the contract whose shapes are not served yet: an alias would answer them wrongly. */
export function checkModelName(name: string): void {
  if (!MODEL_NAMES.includes(name)) return
  throw new EmbedlineError('request_invalid', `\`${name}\` is not enabled yet.`, { field: 'model_name' })
}
