import { EmbedlineError } from '../../domain/errors.ts'
import type { BatchWork } from '../../store/batches.ts'
import type { Stretch } from '../../store/batchStretches.ts'
import type { TaskParts } from '../parts.ts'
import { linesOf, type FileLine } from './linesOf.ts'

/** The lines of the file of a batch that have anything in them: all, or those of a stretch. */
export async function* linesOfBatch(
  { objects, limits }: Pick<TaskParts, 'objects' | 'limits'>,
  { accountId, inputHash }: Pick<BatchWork, 'accountId' | 'inputHash'>,
  stretch?: Stretch,
): AsyncGenerator<FileLine, void> {
  if (inputHash === undefined) throw new EmbedlineError('input_missing', 'The batch has let go of its input.')
  const range = stretch && { first: stretch.startByte, last: stretch.endByte - 1 }
  const bytes = await objects.open(accountId, inputHash, range)
  const from = stretch && { line: stretch.firstLine - 1, byte: stretch.startByte }
  try {
    yield* linesOf(bytes, { mostBytes: limits.textBodyBytes, ...(from && { from }) })
  } finally {
    bytes.destroy()
  }
}
