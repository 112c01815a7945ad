import { EmbedlineError } from '../../domain/errors.ts'
import { GEMMA_ID } from './facts.ts'

// Callers are told too, and where the files lie is not for them.
const PATH = /(?:\/[^/:]+)+\/(?=[^/]+$)/

/** What to say of a file of the model that is there and cannot be used. */
export function damagedFile(name: string, cause: unknown): EmbedlineError {
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
  return new EmbedlineError(
    'model_damaged',
    `${name} of the model ${GEMMA_ID} cannot be used (${reason.replace(PATH, '')}): embedline models check ${GEMMA_ID}`,
    { cause },
  )
}
