import type { Size } from '../../domain/model.ts'

/** A soft token covers 3 × 3 patches of 16 × 16 pixels. */
const TOKEN_SIDE = 48
export const PATCHES_PER_TOKEN = 9

/**
 * The size to which a picture is stretched: the largest of about its shape with sides divisible by 48 that has no more
 * soft tokens than the budget; small pictures grow. As `get_aspect_ratio_preserving_size` of transformers.js 4.3.1, so
 * that nothing is resized twice.
 */
export function fittedSize({ width, height }: Size, tokens: number): Size {
  const factor = Math.sqrt((tokens * TOKEN_SIDE ** 2) / (height * width))
  const columns = Math.floor((factor * width) / TOKEN_SIDE)
  const rows = Math.floor((factor * height) / TOKEN_SIDE)
  if (rows === 0) return inTokens(Math.min(Math.floor(width / height), tokens), 1)
  if (columns === 0) return inTokens(1, Math.min(Math.floor(height / width), tokens))
  return inTokens(columns, rows)
}

/** True for a size that `fittedSize` may return: anything else would be cut off at its edges. */
export const isFitted = ({ width, height }: Size, tokens: number): boolean =>
  width % TOKEN_SIDE === 0 &&
  height % TOKEN_SIDE === 0 &&
  (width / TOKEN_SIDE) * (height / TOKEN_SIDE) <= tokens

const inTokens = (columns: number, rows: number): Size => ({
  width: columns * TOKEN_SIDE,
  height: rows * TOKEN_SIDE,
})
