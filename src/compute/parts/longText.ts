import { splitTooLong } from '../../documents/splitTooLong.ts'
import type { EmbeddingModel, TextUse } from '../../domain/model.ts'
import { halfOverlapping, spread } from '../../lib/spread.ts'
import { weightedMean } from '../../lib/weightedMean.ts'

/** A text as one vector: of one that is too long for the model the mean of its pieces, weighted by their lengths. */
export async function longTextVector(
  model: EmbeddingModel,
  text: string,
  use: TextUse,
): Promise<Float32Array> {
  const pieces = model.fits ? [...splitTooLong(text, model.fits)] : [text]
  const vectors = await model.text(pieces, use)
  const [only] = vectors
  if (!only) throw new Error('the model gave no vector for a text')
  if (vectors.length === 1) return only
  return weightedMean(
    vectors,
    pieces.map(({ length }) => length),
  )
}

const WORD_WINDOWS = 3

/**
 * How far the vector of a text varies: the spread of the vectors of three windows of half its words, each half over the
 * one before. Undefined for a text of a single word.
 */
export async function textSpread(
  model: EmbeddingModel,
  text: string,
  use: TextUse,
): Promise<Float32Array | undefined> {
  const windows = wordWindows(text)
  const vectors: Float32Array[] = []
  for (const window of windows) vectors.push(await longTextVector(model, window, use))
  return spread(vectors)
}

/** The windows of a text, from the beginning of a word to that of another; none for fewer than two words. */
export function wordWindows(text: string): string[] {
  const words = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ index }) => index)
  if (words.length < 2) return []
  const at = (part: number) => (part >= 1 ? text.length : (words[Math.round(part * words.length)] ?? 0))
  return halfOverlapping(WORD_WINDOWS)
    .map(({ from, to }) => text.slice(from === 0 ? 0 : at(from), at(to)))
    .filter((window) => window.trim() !== '')
}
