import { readSource } from '../../documents/readDocument.ts'
import { openSource } from '../../documents/source.ts'
import type { TextPiece } from '../../domain/document.ts'
import type { PartParts } from './partParts.ts'

/** The text of the file of a task, whose name is not known where it lies. */
export const textPieces = (
  file: string,
  { limits, signal }: Pick<PartParts, 'limits' | 'signal'>,
): AsyncGenerator<TextPiece, void> =>
  readSource(openSource(file, '', signal), { loader: 'default', limits, signal })
