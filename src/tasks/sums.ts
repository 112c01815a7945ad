import { MODALITIES, type Modality, type Space } from '../domain/embedding.ts'
import type { Clip } from '../domain/sliceWork.ts'

/** Of one slice and modality: the sum of its clips' vectors, each times its duration in seconds. */
export interface ModalitySum {
  modality: Modality
  space: Space
  weightSec: number
  /** End of the last clip that has the modality, milliseconds from the start of the file. */
  endMs: number
  sum: Float64Array
}

/** Adds up the clips of a slice in their order, modality by modality. */
export function sumClips(clips: readonly Clip[]): ModalitySum[] {
  const sums = makeSums()
  for (const { startSec, endSec, vectors } of clips)
    for (const each of vectors)
      sums.add({ ...each, weight: endSec - startSec, endMs: Math.round(endSec * 1000) })
  return sums.all()
}

/** A vector that counts for the whole. */
export interface Weighed {
  modality: Modality
  space: Space
  vector: Float32Array
  /** Of a clip its seconds. */
  weight: number
  endMs: number
}

/** Adds up vectors in the order in which they come, modality by modality. */
export function makeSums(): { add(each: Weighed): void; all(): ModalitySum[] } {
  const sums = new Map<Modality, ModalitySum>()
  return {
    add({ modality, space, vector, weight, endMs }) {
      const sum = sums.get(modality) ?? {
        modality,
        space,
        weightSec: 0,
        endMs: 0,
        sum: new Float64Array(vector.length),
      }
      sums.set(modality, sum)
      for (const [index, value] of vector.entries()) sum.sum[index] = (sum.sum[index] ?? 0) + value * weight
      sum.weightSec += weight
      sum.endMs = Math.max(sum.endMs, endMs)
    },
    all: () => MODALITIES.flatMap((modality) => sums.get(modality) ?? []),
  }
}

/**
 * Adds up the sums of slices, which must come in the order of time, so that the result does not depend on which
 * slice was ready first; scaled to unit length (a sum of nothing but zeros stays as it is).
 */
export function assetVectors(
  slices: readonly ModalitySum[],
): { modality: Modality; space: Space; endMs: number; vector: Float32Array }[] {
  const totals = new Map<Modality, ModalitySum>()
  for (const slice of slices) {
    const total = totals.get(slice.modality)
    if (!total) totals.set(slice.modality, { ...slice, sum: slice.sum.slice() })
    else {
      for (const [index, value] of slice.sum.entries()) total.sum[index] = (total.sum[index] ?? 0) + value
      total.endMs = Math.max(total.endMs, slice.endMs)
    }
  }
  return MODALITIES.flatMap((modality) => {
    const total = totals.get(modality)
    return total ? [{ modality, space: total.space, endMs: total.endMs, vector: unitLength(total.sum) }] : []
  })
}

function unitLength(sum: Float64Array): Float32Array {
  let squares = 0
  for (const value of sum) squares += value * value
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
  return Float32Array.from(sum, (value) => value * scale)
}
