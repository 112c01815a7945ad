import { inputOf, type EmbeddingModel, type Picture } from '../../domain/model.ts'
import { spread } from '../../lib/spread.ts'
import { pictureOf, type Region } from '../../media/bitmap.ts'
import type { Units } from '../units.ts'

/** Of each side of a picture so much is in a crop. */
const CROP = 0.9

/**
 * How far the vector of a picture varies: the spread of the vectors of five crops of nine tenths of each side, in the
 * corners and in the middle.
 */
export async function pictureSpread(
  model: EmbeddingModel,
  picture: Picture,
  { onProgress, betweenUnits }: Units,
): Promise<Float32Array | undefined> {
  const vectors: Float32Array[] = []
  for (const crop of await cropsOf(model, picture)) {
    await betweenUnits()
    vectors.push(await model.image(crop))
    onProgress()
  }
  return spread(vectors)
}

/** The five crops, each stretched to the size of the picture. */
export async function cropsOf(model: EmbeddingModel, picture: Picture): Promise<Picture[]> {
  const { width, height, rgb } = picture
  const size = inputOf(model.facts).pictureSize({ width, height })
  const crops: Picture[] = []
  for (const region of regionsOf(picture))
    crops.push(await pictureOf({ width, height, data: rgb, channels: 3 }, region, size))
  return crops
}

const SHIFTS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [0.5, 0.5],
] as const

function regionsOf(picture: Picture): Region[] {
  const [width, height] = [
    Math.max(1, Math.round(picture.width * CROP)),
    Math.max(1, Math.round(picture.height * CROP)),
  ]
  return SHIFTS.map(([right, down]) => ({
    width,
    height,
    left: Math.round((picture.width - width) * right),
    top: Math.round((picture.height - height) * down),
  }))
}
