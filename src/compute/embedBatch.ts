import type { EmbeddingModel } from '../domain/model.ts'
import { batches } from './embedPieces.ts'
import type { Units } from './units.ts'

export interface BatchParts extends Units {
  model: EmbeddingModel
}

/**
 * One vector of unit length for each text, in order; null for one that the model cannot take whole. Short requests pass
 * after some of them.
 */
export async function embedBatch(
  texts: readonly string[],
  { model, betweenUnits, onProgress }: BatchParts,
): Promise<(Float32Array | null)[]> {
  const vectors: (Float32Array | null)[] = []
  const fits = ({ text }: { text: string }) => model.fits?.(text) ?? true
  for await (const batch of batches(texts.map((text) => ({ text })))) {
    await betweenUnits()
    const fitting = batch.filter(fits)
    const made = await model.text(
      fitting.map(({ text }) => text),
      'document',
    )
    const byText = new Map(fitting.map((each, at) => [each, made[at]]))
    vectors.push(...batch.map((each) => byText.get(each) ?? null))
    onProgress()
  }
  return vectors
}
