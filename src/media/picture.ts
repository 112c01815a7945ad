import { EmbedlineError } from '../domain/errors.ts'
import { decodeByFfmpeg, readsPicture, sizeByFfprobe } from './ffmpegPicture.ts'
import { mediaTooLarge, type ReadOptions } from './input.ts'
import type { Picture, Size } from '../domain/model.ts'
import { sniff } from './sniff.ts'
import type { Tools } from './tools.ts'

const DECODE_LIMIT_SEC = 30

/**
 * Reads a still picture, or the first one of a moving one, upright and stretched to the size that `sizeFor` makes of its
 * own: RGB, 8 bits a channel, row-major, sRGB, transparency on white. Throws `media_unreadable` for what is no picture or is broken, and
 * `media_too_large` for one of more pixels than the limit.
 */
export async function readPicture(
  tools: Tools,
  file: string,
  sizeFor: (shown: Size) => Size,
  options: ReadOptions,
): Promise<Picture> {
  const format = await pictureFormat(file)
  const size = sizeFor(await readHeader(tools, file, format, options))
  if (readsPicture(format)) return { ...size, rgb: await decodeByFfmpeg(tools, file, format, size, options) }
  const sharp = await loadSharp()
  try {
    const rgb = await sharp(file, sharpOptions(options))
      .timeout({ seconds: DECODE_LIMIT_SEC })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(size.width, size.height, { fit: 'fill', kernel: 'cubic' })
      .raw({ depth: 'uchar' })
      .toBuffer()
    return { ...size, rgb }
  } catch (cause) {
    throw unreadable(format, cause)
  }
}

export interface PictureHeader extends Size {
  /** Of a GIF how many pictures follow each other in it; of everything else 1. */
  frames: number
}

/** What the header of a picture says; its size as displayed. Throws like `readPicture`. */
export async function readHeader(
  tools: Tools,
  file: string,
  format: string,
  options: ReadOptions,
): Promise<PictureHeader> {
  const header = readsPicture(format)
    ? { ...(await sizeByFfprobe(tools, file, format, options)), frames: 1 }
    : await headerBySharp(file, format)
  const { width, height } = header
  if (width * height > options.limits.pictureMaxPixels)
    throw mediaTooLarge('picture', `${width}x${height}`, options.limits)
  return header
}

// Reading the header allocates no pixels; how many there may be is for `readHeader` to say.
async function headerBySharp(file: string, format: string): Promise<PictureHeader> {
  const sharp = await loadSharp()
  try {
    const { autoOrient, pages = 1 } = await sharp(file, {
      limitInputPixels: false,
      failOn: 'error',
    }).metadata()
    return { ...autoOrient, frames: format === 'gif' ? pages : 1 }
  } catch (cause) {
    throw unreadable(format, cause)
  }
}

async function pictureFormat(file: string): Promise<string> {
  const found = await sniff(file)
  if (found?.kind === 'picture') return found.format
  throw new EmbedlineError(
    'media_unreadable',
    found ? `The file is ${found.name}, not a picture.` : 'The file is not a picture of a known format.',
  )
}

// The size is checked before; this limit is for headers that say one thing and hold another.
const sharpOptions = ({ limits }: ReadOptions) => ({
  limitInputPixels: limits.pictureMaxPixels,
  failOn: 'error' as const,
  sequentialRead: true,
})

async function loadSharp() {
  const { default: sharp } = await import('sharp')
  // The cache would remember a picture by its path, also after another one lies there.
  sharp.cache(false)
  return sharp
}

function unreadable(format: string, cause: unknown): EmbedlineError {
  if (cause instanceof EmbedlineError) return cause
  const words = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/[:.\s]+$/, '') : ''
  // libvips begins some messages with the path.
  const reason = words.includes('/') || words === '' ? 'it is damaged' : words
  return new EmbedlineError('media_unreadable', `The ${format} picture cannot be read: ${reason}.`, { cause })
}
