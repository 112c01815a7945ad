import { paddedLength } from './byteProducts.ts'
import { lengthOf } from './dot.ts'
import { roundVector } from './rounding.ts'

/** A matrix grows and shrinks by so many rows. */
export const BLOCK_ROWS = 256

/** Some rows of a matrix: each vector as it is and rounded to bytes, and which chunk it is of. */
export interface RowBlock {
  numbers: Float32Array
  /** Each row padded with zeros. */
  bytes: Int8Array
  /** Of each row's rounding. */
  scales: Float64Array
  errors: Float64Array
  lengths: Float64Array
  files: Float64Array
  ordinals: Uint32Array
}

export const makeRowBlock = (vectorLength: number): RowBlock => ({
  numbers: new Float32Array(BLOCK_ROWS * vectorLength),
  bytes: new Int8Array(BLOCK_ROWS * paddedLength(vectorLength)),
  scales: new Float64Array(BLOCK_ROWS),
  errors: new Float64Array(BLOCK_ROWS),
  lengths: new Float64Array(BLOCK_ROWS),
  files: new Float64Array(BLOCK_ROWS),
  ordinals: new Uint32Array(BLOCK_ROWS),
})

export const blockBytes = (vectorLength: number): number =>
  BLOCK_ROWS * (4 * vectorLength + paddedLength(vectorLength) + 36)

/** A chunk by its file and its number there. */
export interface ChunkId {
  fileId: number
  ordinal: number
}

export function writeRow(block: RowBlock, row: number, { fileId, ordinal }: ChunkId, vector: Float32Array) {
  const { scale, error } = roundVector(vector, block.bytes, row * paddedLength(vector.length))
  block.numbers.set(vector, row * vector.length)
  block.scales[row] = scale
  block.errors[row] = error
  block.lengths[row] = lengthOf(vector)
  block.files[row] = fileId
  block.ordinals[row] = ordinal
}

/** Copies row `from` of one block over row `to` of another one or the same. */
export function copyRow(source: RowBlock, from: number, target: RowBlock, to: number): void {
  copyPart(source.numbers, from, target.numbers, to)
  copyPart(source.bytes, from, target.bytes, to)
  copyPart(source.scales, from, target.scales, to)
  copyPart(source.errors, from, target.errors, to)
  copyPart(source.lengths, from, target.lengths, to)
  copyPart(source.files, from, target.files, to)
  copyPart(source.ordinals, from, target.ordinals, to)
}

type Numbers = Float32Array | Float64Array | Int8Array | Uint32Array

function copyPart(source: Numbers, from: number, target: Numbers, to: number): void {
  const width = source.length / BLOCK_ROWS
  target.set(source.subarray(from * width, (from + 1) * width), to * width)
}
