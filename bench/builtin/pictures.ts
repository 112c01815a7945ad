import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { inputOf, type EmbeddingModel, type Picture } from '../../src/domain/model.ts'
import type { Goal } from './goals.ts'
import { mean, recognise } from './similarity.ts'
import type { Labelled, Recognition } from './similarity.ts'

const WHITE = '#ffffff'

/** The model stretches every picture to the same size. */
export const ANY_SIZE = { width: 1, height: 1 }

/** Decodes a picture as the model wants it: upright, on white, sRGB, stretched to its size. */
export async function modelPixels(model: EmbeddingModel, picture: Sharp): Promise<Picture> {
  const size = inputOf(model.facts).pictureSize(ANY_SIZE)
  const resized = picture
    .flatten({ background: WHITE })
    .toColourspace('srgb')
    .resize(size.width, size.height, { fit: 'fill', kernel: 'cubic' })
  return { ...size, rgb: new Uint8Array(await resized.raw().toBuffer()) }
}

/** An upright picture on white, in memory. */
export interface Original {
  png: Buffer
  width: number
  height: number
}

export async function readPictures(folder: string): Promise<Original[]> {
  const files = (await readdir(folder)).filter((file) => /\.(?:jpe?g|png)$/.test(file)).toSorted()
  return Promise.all(
    files.map(async (file) => {
      const upright = sharp(join(folder, file))
        .rotate()
        .flatten({ background: WHITE })
        .toColourspace('srgb')
        .png()
      const { data, info } = await upright.toBuffer({ resolveWithObject: true })
      return { png: data, width: info.width, height: info.height }
    }),
  )
}

type Distortion = (original: Original) => Sharp | Promise<Sharp>

const open = ({ png }: Original) => sharp(png)

// Keeps this part of each side; `x` and `y` say where from, 0 left or top to 1.
const cropped = ({ png, width, height }: Original, part: number, x = 0.5, y = 0.5): Sharp => {
  const [newWidth, newHeight] = [Math.round(width * part), Math.round(height * part)]
  const left = Math.round((width - newWidth) * x)
  const top = Math.round((height - newHeight) * y)
  return sharp(png).extract({ left, top, width: newWidth, height: newHeight })
}

async function turned(original: Original): Promise<Original> {
  const { data, info } = await open(original)
    .rotate(10, { background: WHITE })
    .png()
    .toBuffer({ resolveWithObject: true })
  return { png: data, width: info.width, height: info.height }
}

export const DISTORTIONS: Readonly<Record<string, Distortion>> = {
  'centre crop 10 %': (original) => cropped(original, 0.9),
  'corner crop 10 %': (original) => cropped(original, 0.9, 0, 0),
  'crop 25 %': (original) => cropped(original, 0.75),
  flipped: (original) => open(original).flop(),
  'JPEG at quality 30': async (original) => sharp(await open(original).jpeg({ quality: 30 }).toBuffer()),
  'light x 1.3': (original) => open(original).linear(1.3, 0),
  'light x 0.7': (original) => open(original).linear(0.7, 0),
  'half the size': (original) => open(original).resize(Math.round(original.width / 2)),
  'turned by 10 degrees': async (original) => open(await turned(original)),
  // What is left of a turned picture after the corners are cut away.
  'turned and cropped': async (original) => cropped(await turned(original), 0.7),
  grey: (original) => open(original).greyscale(),
}

export interface PictureResult {
  distortion: string
  at512: Recognition
  at128: Recognition
}

/** How well the model knows distorted pictures again. */
export async function recognisePictures(
  model: EmbeddingModel,
  pictures: readonly Original[],
  distortions: Readonly<Record<string, Distortion>> = DISTORTIONS,
): Promise<PictureResult[]> {
  const originals: Labelled[] = []
  for (const [i, picture] of pictures.entries())
    originals.push({ source: String(i), vector: await model.image(await modelPixels(model, open(picture))) })
  const results: PictureResult[] = []
  for (const [distortion, distort] of Object.entries(distortions)) {
    const changed: Float32Array[] = []
    for (const picture of pictures) {
      // Written out, because sharp has an order of its own for what is asked of one picture.
      const distorted = sharp(await (await distort(picture)).png().toBuffer())
      changed.push(await model.image(await modelPixels(model, distorted)))
    }
    results.push({
      distortion,
      at512: recognise(originals, changed),
      at128: recognise(originals, changed, 128),
    })
  }
  return results
}

export function pictureGoals(results: readonly PictureResult[], pictures: number): Goal[] {
  const name = `images: ${pictures} pictures, ${results.length} distortions`
  const average = (pick: (result: PictureResult) => number) => mean(results.map(pick))
  return [
    { name: `${name}, 512, recall@1`, measured: average(({ at512 }) => at512.recall), must: 0.99, should: 1 },
    {
      name: `${name}, 512, margin`,
      measured: average(({ at512 }) => at512.margin),
      must: 0.43,
      should: 0.458,
    },
    {
      name: `${name}, 128, recall@1`,
      measured: average(({ at128 }) => at128.recall),
      must: 0.98,
      should: 0.99,
    },
    { name: `${name}, 128, margin`, measured: average(({ at128 }) => at128.margin), must: 0.4, should: 0.43 },
  ]
}
