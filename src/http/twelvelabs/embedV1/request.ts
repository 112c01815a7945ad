import { EmbedlineError } from '../../../domain/errors.ts'
import type { MediaSource } from '../../../tasks/create.ts'
import type { Models } from '../../../tasks/parts.ts'
import { isModelName } from '../../modelName.ts'
import type { Form } from '../../multipart/form.ts'
import { MODEL_NAMES } from './names.ts'

/** Throws `model_unknown` for what no client of Embed v1 calls a model, and no operator here does. */
export function checkModelName(models: Pick<Models, 'isOwnName'>, name: string): void {
  if (isModelName(models, name, MODEL_NAMES)) return
  throw new EmbedlineError('model_unknown', `There is no model ${name}.`, { field: 'model_name' })
}

/** Where media come from: its URL wins over a file that came with it. Undefined: neither is there. */
export function sourceOf(
  { fields, files }: Form,
  kind: 'video' | 'image' | 'audio',
): MediaSource | undefined {
  const url = fields[`${kind}_url`]
  const field = `${kind}_file`
  const file = files[field]
  if (typeof url === 'string') return { url }
  if (!file) return undefined
  const { received, filename } = file
  if (received.sizeBytes === 0) throw new EmbedlineError('request_invalid', 'The file is empty.', { field })
  return { received, ...(filename !== '' && { filename }) }
}

/** The field that a source came from. */
export const sourceField = (kind: 'video' | 'image' | 'audio', source: MediaSource): string =>
  `${kind}_${'url' in source ? 'url' : 'file'}`

/** The fields of a form by what the verbs call them. */
export type FieldNames = Readonly<Record<string, string>>

/**
 * Runs a verb, and says of what it complains where in the form that was written: `source` is the field of what is wrong
 * with the media itself.
 */
export async function inFormFields<T>(names: FieldNames, source: string, verb: () => Promise<T>): Promise<T> {
  try {
    return await verb()
  } catch (failure) {
    if (!(failure instanceof EmbedlineError)) throw failure
    if (failure.field !== undefined) throw failure.inField(names[failure.field] ?? 'model_name')
    const isOfSource = failure.code === 'request_invalid' || failure.code.startsWith('media_')
    throw isOfSource ? failure.inField(source) : failure
  }
}
