import { isErrorCode } from './errors.ts'
import type { Failure } from './task.ts'

/** The columns in which a failure is kept, in every table that keeps one. */
export interface FailureColumns {
  error_code: string | null
  error_message: string | null
}

/** No failure: both columns are empty. */
export const failureColumns = (failure: Failure | undefined): FailureColumns => ({
  error_code: failure?.code ?? null,
  error_message: failure?.message ?? null,
})

/** The failure of a row. A code that this version does not know, from a newer one, becomes `internal`. */
export function failureOf({ error_code: code, error_message: message }: FailureColumns): Failure | undefined {
  if (code === null) return undefined
  return { code: isErrorCode(code) ? code : 'internal', message: message ?? '' }
}
