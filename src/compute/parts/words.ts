import { chunkText } from '../../documents/chunkText.ts'
import { spaceOf } from '../../domain/model.ts'
import type { PartSummary } from '../../domain/partWork.ts'
import { countTokens } from '../../models/countTokens.ts'
import type { PartParts } from './partParts.ts'
import { longTextVector } from './longText.ts'
import { textPieces } from './textPieces.ts'

/** Stretches of a few paragraphs: shorter ones lose what they are about, longer ones are many things at once. */
const STRETCH = { sizeCharacters: 2_000, overlapCharacters: 0 }

/** Embeds all words of a document in stretches that follow each other, each as heavy as it is long. */
export async function embedWords(file: string, parts: PartParts): Promise<PartSummary> {
  const { model, handOver, betweenUnits, onProgress } = parts
  const { space } = spaceOf(model.facts, 'text')
  let textTokens = 0
  for await (const { text } of chunkText(textPieces(file, parts), STRETCH)) {
    await betweenUnits()
    textTokens += countTokens(text)
    const vector = await longTextVector(model, text, 'document')
    onProgress()
    await handOver([{ modality: 'text', space, vector, place: { scope: 'asset' }, weight: text.length }])
  }
  return { textTokens, warnings: [] }
}
