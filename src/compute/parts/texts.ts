import type { Warning } from '../../domain/embedding.ts'
import { spaceOf } from '../../domain/model.ts'
import type { PartCut, PartSummary, PartText, PartVector, PartWork, TextPart } from '../../domain/partWork.ts'
import { countTokens } from '../../models/countTokens.ts'
import { longTextVector, textSpread } from './longText.ts'
import type { PartParts } from './partParts.ts'
import { partTexts } from './partTexts.ts'

const BATCH_TEXTS = 64
// However long a text may be, a batch is not much longer than this.
const BATCH_CHARACTERS = 128 * 1024

/** Embeds the texts of a part of a document, and hands over a batch of them at a time. */
export async function embedTexts(
  { file, uncertainty: isSpreadWanted }: PartWork,
  part: TextPart,
  parts: PartParts,
): Promise<PartSummary> {
  const { model } = parts
  const { space } = spaceOf(model.facts, 'text')
  const warnings: Warning[] = []
  const embed = async ({ text, place, weight }: PartText): Promise<PartVector> => {
    const vector = await longTextVector(model, text, 'document')
    const uncertainty = isSpreadWanted ? await textSpread(model, text, 'document') : undefined
    if (isSpreadWanted && !uncertainty && place.scope === 'chunk') warnings.push(oneWord(place.chunk))
    return { modality: 'text', space, vector, ...(uncertainty && { uncertainty }), place, weight }
  }
  const textTokens = await eachText({ file, part }, embed, parts)
  return { textTokens, warnings }
}

/** The same without vectors: the texts are handed over as they are. */
export async function cutTexts(work: PartCut, parts: TextParts<PartText>): Promise<PartSummary> {
  const textTokens = await eachText(work, async (text) => text, parts)
  return { textTokens, warnings: [] }
}

interface TextParts<Made> extends Omit<PartParts, 'tools' | 'model' | 'handOver'> {
  handOver: (batch: readonly Made[]) => Promise<void>
}

/** Makes something of each text but those that were handed over before. Returns how many tokens all of them have. */
async function eachText<Made>(
  { file, part }: PartCut,
  make: (text: PartText) => Promise<Made>,
  parts: TextParts<Made>,
): Promise<number> {
  const { handOver, betweenUnits, onProgress } = parts
  let before = part.kind === 'chunks' ? part.from : 0
  let textTokens = 0
  let batch: Made[] = []
  let characters = 0
  for await (const text of partTexts(file, part, parts)) {
    textTokens += countTokens(text.text)
    if (before-- > 0) continue
    await betweenUnits()
    batch.push(await make(text))
    characters += text.text.length
    onProgress()
    if (batch.length < BATCH_TEXTS && characters < BATCH_CHARACTERS) continue
    await handOver(batch)
    batch = []
    characters = 0
  }
  if (batch.length > 0) await handOver(batch)
  return textTokens
}

const oneWord = (chunk: number): Warning => ({
  code: 'uncertainty_unavailable',
  message: `Chunk ${chunk} is a single word: nothing in it can be compared with anything.`,
  option: 'text',
})
