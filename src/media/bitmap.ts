import type { Picture, Size } from '../domain/model.ts'

/** Pixels in memory, 8 bits a channel, row-major: RGB, or RGBA without transparency. */
export interface Bitmap extends Size {
  data: Uint8Array | Uint8ClampedArray
  channels: 3 | 4
}

/** A part of a bitmap, pixels from its upper left corner. */
export interface Region extends Size {
  left: number
  top: number
}

/** A part of a bitmap, stretched to a size. */
export async function pictureOf(bitmap: Bitmap, region: Region, size: Size): Promise<Picture> {
  const { default: sharp } = await import('sharp')
  const { width, height, channels } = bitmap
  const rgb = await sharp(bitmap.data, { raw: { width, height, channels } })
    .extract(region)
    .removeAlpha()
    .resize(size.width, size.height, { fit: 'fill', kernel: 'cubic' })
    .raw({ depth: 'uchar' })
    .toBuffer()
  return { ...size, rgb }
}
