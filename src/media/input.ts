import { EmbedlineError } from '../domain/errors.ts'
import { inLimit } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'

/** The bounds that keep a small file from becoming a large picture in memory. */
export type PictureLimits = Pick<Limits, 'pictureMaxPixels'>

/** What every look into a file is given. An aborted signal ends it, by an error with code `aborted`. */
export interface ReadOptions {
  limits: PictureLimits
  signal?: AbortSignal
}

/** The failure for a picture of more pixels than the limit. `size` as `width x height`. */
export const mediaTooLarge = (
  what: 'picture' | 'video',
  size: string,
  { pictureMaxPixels }: PictureLimits,
): EmbedlineError =>
  new EmbedlineError(
    'media_too_large',
    `The ${what} is ${size}; at most ${pictureMaxPixels} pixels a picture are taken${inLimit('pictureMaxPixels')}.`,
  )

// Containers that hold their media in themselves. Playlists, `concat` scripts, image sequences and devices open other
// files and are not among them; still pictures go their own way (picture.ts).
const CONTAINERS = [
  ['mov', 'matroska', 'webm', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'm4v', 'h261', 'h263', 'h264', 'hevc'],
  ['av1', 'obu', 'ivf', 'flv', 'asf', 'rm', 'mxf', 'nut', 'dv', 'gif', 'nsv', 'wtv', 'gxf', 'swf', 'vc1'],
  ['wav', 'w64', 'aiff', 'au', 'caf', 'flac', 'ogg', 'mp3', 'aac', 'ac3', 'eac3', 'amr', 'amrnb', 'amrwb'],
  ['dts', 'dtshd', 'truehd', 'mlp', 'wv', 'ape', 'tta', 'mpc', 'mpc8', 'tak', 'loas', 'voc', 'dsf', 'oma'],
].flat()

// Larger blocks are asked for only by headers that lie.
const BLOCK_BYTES = 1024 ** 3

/** Goes before everything else: no questions on the terminal, and only errors on standard error. */
export const QUIET = ['-v', 'error'] as const

/** What must stand right before `-i`, or before the file for ffprobe, and the file itself. */
export function guardedInput(file: string, { pictureMaxPixels }: PictureLimits): string[] {
  return [
    ['-protocol_whitelist', 'file,pipe'], // a file must not make us fetch a URL
    ['-format_whitelist', CONTAINERS.join(',')],
    ['-max_pixels', String(Math.min(pictureMaxPixels, 2 ** 31 - 1))],
    ['-max_alloc', String(BLOCK_BYTES)],
    ['-i', inputName(file)],
  ].flat()
}

/** `file:` keeps a name that starts with a dash, or holds a colon, from being read as something else. */
export const inputName = (file: string): string => `file:${file}`
