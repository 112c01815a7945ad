import { EmbedlineError } from '../../domain/errors.ts'
import { snakeCase } from '../../lib/snakeCase.ts'

/** Runs a verb and writes the field that it may complain of as callers of this door do. */
export async function inWireNames<T>(verb: () => Promise<T>): Promise<T> {
  try {
    return await verb()
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.field === undefined) throw failure
    throw failure.inField(snakeCase(failure.field))
  }
}
