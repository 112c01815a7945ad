import { chunkText } from '../../documents/chunkText.ts'
import { readSource } from '../../documents/readDocument.ts'
import { sentenceChunks, sentences } from '../../documents/sentences.ts'
import { openSource } from '../../documents/source.ts'
import type { TextPiece } from '../../domain/document.ts'
import type { PartText, TextPart } from '../../domain/partWork.ts'
import type { PartParts } from './partParts.ts'

/** Stretches of a few paragraphs: shorter ones lose what they are about, longer ones are many things at once. */
const STRETCH = { sizeCharacters: 2_000, overlapCharacters: 0 }

type ReadingParts = Pick<PartParts, 'limits' | 'signal'>

/**
 * The texts of which vectors of a part of a document are made: all its chunks, or stretches of its words that follow each
 * other, each as heavy as it is long. Throws what reading the document throws.
 */
export async function* partTexts(
  file: string,
  part: TextPart,
  parts: ReadingParts,
): AsyncGenerator<PartText, void> {
  const pieces = textPieces(file, parts)
  if (part.kind === 'words') {
    for await (const { text } of chunkText(pieces, STRETCH))
      yield { text, place: { scope: 'asset' }, weight: text.length }
    return
  }
  let chunk = 0
  for await (const text of sentenceChunks(sentences(pieces), part.chunks))
    yield { text, place: { scope: 'chunk', chunk: chunk++ }, weight: 0 }
}

/** The text of the file of a task, whose name is not known where it lies. */
const textPieces = (file: string, { limits, signal }: ReadingParts): AsyncGenerator<TextPiece, void> =>
  readSource(openSource(file, '', signal), { loader: 'default', limits, signal })
