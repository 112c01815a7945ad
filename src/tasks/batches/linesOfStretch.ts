import { EmbedlineError } from '../../domain/errors.ts'
import type { BatchWork } from '../../store/batches.ts'
import type { Stretch } from '../../store/batchStretches.ts'
import type { TaskParts } from '../parts.ts'
import { linesOf, type FileLine } from './linesOf.ts'

/** The lines of a stretch of the file of a batch that have anything in them. Reads no other bytes of the file. */
export async function* linesOfStretch(
  { objects, limits }: Pick<TaskParts, 'objects' | 'limits'>,
  { accountId, inputHash }: Pick<BatchWork, 'accountId' | 'inputHash'>,
  { startByte, endByte, firstLine, inputHash: hash }: Stretch,
): AsyncGenerator<FileLine, void> {
  if (inputHash === undefined) throw inputGone()
  const bytes = await objects.open(accountId, inputHash, { first: startByte, last: endByte - 1, hash })
  try {
    yield* linesOf(bytes, {
      mostBytes: limits.textBodyBytes,
      from: { line: firstLine - 1, byte: startByte },
    })
  } finally {
    bytes.destroy()
  }
}

/** The batch has ended. */
export const inputGone = () => new EmbedlineError('input_missing', 'The batch has let go of its input.')
