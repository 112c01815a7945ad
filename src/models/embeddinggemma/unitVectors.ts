import { EmbedlineError } from '../../domain/errors.ts'
import { DIMENSION, GEMMA_ID } from './facts.ts'

/** Rows of numbers, one after the other, as unit vectors. Throws `model_damaged` for one that has no direction. */
export function unitRows(numbers: Float32Array, rows: number): Float32Array[] {
  if (numbers.length !== rows * DIMENSION)
    throw new Error(`the model gave ${numbers.length} numbers for ${rows} vectors`)
  return Array.from({ length: rows }, (_, row) =>
    unitVector(numbers.subarray(row * DIMENSION, (row + 1) * DIMENSION)),
  )
}

/** The mean direction of unit vectors, each as heavy as its weight. */
export function weightedMean(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const sums = new Float64Array(DIMENSION)
  for (const [at, vector] of vectors.entries())
    for (let i = 0; i < DIMENSION; i++) sums[i] = (sums[i] ?? 0) + (vector[i] ?? 0) * (weights[at] ?? 0)
  return unitVector(sums)
}

function unitVector(numbers: Float32Array | Float64Array): Float32Array {
  let squares = 0
  for (const number of numbers) squares += number * number
  if (!(squares > 0 && squares < Number.POSITIVE_INFINITY)) {
    throw new EmbedlineError(
      'model_damaged',
      `The model ${GEMMA_ID} computed something that is no vector: its files may be damaged (embedline models check ${GEMMA_ID}).`,
    )
  }
  const scale = 1 / Math.sqrt(squares)
  return Float32Array.from(numbers, (number) => number * scale)
}
