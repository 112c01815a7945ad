import { EmbedlineError } from '../../domain/errors.ts'

// The parser moves all open elements for each that opens. Browsers stop at 512.
const DEEPEST = 4000

/** Throws `document_unreadable` for markup that is nested as only an attack would be. */
export function throwIfTooDeep(depth: number): void {
  if (depth > DEEPEST)
    throw new EmbedlineError('document_unreadable', `The document is nested deeper than ${DEEPEST} elements.`)
}
