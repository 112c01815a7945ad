import { EmbedlineError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { Picture, Size } from '../domain/model.ts'
import type { ThumbnailWork } from '../domain/pictureWork.ts'
import { FRAME_STEP_MS } from './frameGrid.ts'
import { readFrames } from './frames.ts'
import type { ReadOptions } from './input.ts'
import { readPicture } from './picture.ts'
import type { Tools } from './tools.ts'

/** The track of pictures may end a little before the file does. */
const LOOK_BACK_MS = 2_000

const QUALITY = 80

/**
 * A small picture of a file, upright, as JPEG or WebP: what a viewer sees at that time, or all of a still picture. Never
 * larger than the original. Throws `media_has_no_stream` for sound alone, and `media_unreadable`.
 */
export async function makeThumbnail(
  tools: Tools,
  { file, facts, atSec, mostWidth, format }: ThumbnailWork,
  options: ReadOptions,
): Promise<Uint8Array> {
  const { width, height, rgb } = facts.isPicture
    ? await readPicture(tools, file, (shown) => within(shown, mostWidth), options)
    : await readAt(tools, file, facts, { atMs: atSec * 1000, mostWidth }, options)
  const { default: sharp } = await import('sharp')
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } })
  return format === 'jpeg'
    ? picture.jpeg({ quality: QUALITY }).toBuffer()
    : picture.webp({ quality: QUALITY }).toBuffer()
}

/** The same shape, no wider than that. */
const within = ({ width, height }: Size, mostWidth: number): Size => ({
  width: Math.min(width, mostWidth),
  height: Math.max(1, Math.round(height * Math.min(1, mostWidth / width))),
})

async function readAt(
  tools: Tools,
  file: string,
  facts: MediaFacts,
  { atMs, mostWidth }: { atMs: number; mostWidth: number },
  options: ReadOptions,
): Promise<Picture> {
  if (!facts.video) throw new EmbedlineError('media_has_no_stream', 'There are no pictures in the file.')
  const size = within(facts.video, mostWidth)
  for (const startMs of [atMs, Math.max(0, atMs - LOOK_BACK_MS)]) {
    const stretch = { startMs, endMs: startMs + FRAME_STEP_MS }
    for await (const { rgb } of readFrames(tools, file, facts, stretch, size, options))
      return { ...size, rgb }
  }
  throw new EmbedlineError('media_unreadable', 'No picture can be decoded there.')
}
