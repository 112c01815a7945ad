import { EmbedlineError } from '../domain/errors.ts'
import type { SentFailure } from './protocol.ts'

/** Makes of whatever was thrown in a child what can be sent. What nobody foresaw is `internal` and brings its stack. */
export function sendable(thrown: unknown): SentFailure {
  if (thrown instanceof EmbedlineError)
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.field !== undefined && { field: thrown.field }),
    }
  return {
    code: 'internal',
    message: 'Something went wrong in a compute process; the log says what.',
    stack: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  }
}

/** The error that a failure was sent for. */
export function received({ code, message, field }: SentFailure): EmbedlineError {
  return new EmbedlineError(code, message, field === undefined ? {} : { field })
}

export const wasAborted = (): EmbedlineError => new EmbedlineError('aborted', 'The work was stopped.')

/** True when a call ended because its child did. */
export const diedWithChild = (thrown: unknown): boolean =>
  thrown instanceof EmbedlineError &&
  ['child_crashed', 'child_hung', 'child_out_of_memory'].includes(thrown.code)
