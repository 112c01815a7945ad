import { sentenceChunks, sentences } from '../../documents/sentences.ts'
import type { Warning } from '../../domain/embedding.ts'
import { spaceOf } from '../../domain/model.ts'
import type { PartSummary, PartVector, PartWork, TaskPart } from '../../domain/partWork.ts'
import { countTokens } from '../../models/countTokens.ts'
import type { PartParts } from './partParts.ts'
import { longTextVector, textSpread } from './longText.ts'
import { textPieces } from './textPieces.ts'

type Chunks = Extract<TaskPart, { kind: 'chunks' }>

const BATCH_CHUNKS = 64

/** Embeds the chunks of a text from one on, and hands over a batch of them at a time. */
export async function embedChunks(
  { file, uncertainty: isSpreadWanted }: PartWork,
  { chunks, from }: Chunks,
  parts: PartParts,
): Promise<PartSummary> {
  const { model, handOver, betweenUnits, onProgress } = parts
  const { space } = spaceOf(model.facts, 'text')
  const warnings: Warning[] = []
  let textTokens = 0
  let chunk = 0
  let batch: PartVector[] = []
  for await (const text of sentenceChunks(sentences(textPieces(file, parts)), chunks)) {
    const number = chunk++
    textTokens += countTokens(text)
    if (number < from) continue
    await betweenUnits()
    const vector = await longTextVector(model, text, 'document')
    const uncertainty = isSpreadWanted ? await textSpread(model, text, 'document') : undefined
    onProgress()
    if (isSpreadWanted && !uncertainty) warnings.push(oneWord(number))
    const place = { scope: 'chunk' as const, chunk: number }
    batch.push({ modality: 'text', space, vector, ...(uncertainty && { uncertainty }), place, weight: 0 })
    if (batch.length < BATCH_CHUNKS) continue
    await handOver(batch)
    batch = []
  }
  if (batch.length > 0) await handOver(batch)
  return { textTokens, warnings }
}

const oneWord = (chunk: number): Warning => ({
  code: 'uncertainty_unavailable',
  message: `Chunk ${chunk} is a single word: nothing in it can be compared with anything.`,
  option: 'text',
})
