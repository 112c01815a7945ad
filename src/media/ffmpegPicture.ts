import { EmbedlineError } from '../domain/errors.ts'
import { inputName, QUIET, type ReadOptions } from './input.ts'
import { runProgram } from './program.ts'
import { readableComplaint } from './complaints.ts'
import { SCALE_FLAGS, type Size } from './scaling.ts'
import type { Tools } from './tools.ts'

// Pictures that sharp cannot open, by ffmpeg's name of their demuxer.
const DEMUXER: Readonly<Record<string, string>> = {
  bmp: 'bmp_pipe',
  psd: 'psd_pipe',
  jxl: 'jpegxl_pipe',
  jp2: 'j2k_pipe',
  ico: 'ico',
  heic: 'mov',
}

const LIMIT_MS = 30_000
const ANSWER_BYTES = 1024 * 1024

/** True for a format that is left to ffmpeg. */
export const readsPicture = (format: string): boolean => format in DEMUXER

// The demuxer is named, so that neither the content nor the name of the file leads to one that opens other files.
const pictureInput = (file: string, format: string, { limits }: ReadOptions): string[] =>
  [
    ['-protocol_whitelist', 'file,pipe', '-max_pixels', String(limits.pictureMaxPixels)],
    ['-f', DEMUXER[format] ?? format, '-i', inputName(file)],
  ].flat()

const sizeArguments = (file: string, format: string, options: ReadOptions): string[] =>
  [
    QUIET,
    ['-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0'],
    pictureInput(file, format, options),
  ].flat()

/** Reads the size of a picture. Throws `media_unreadable`. */
export async function sizeByFfprobe(
  tools: Tools,
  file: string,
  format: string,
  options: ReadOptions,
): Promise<Size> {
  const { output, complaints } = await run(tools, 'ffprobe', sizeArguments(file, format, options), format, {
    ...options,
    limitBytes: ANSWER_BYTES,
  })
  const [width = 0, height = 0] = output.toString('utf8').trim().split(',').map(Number)
  if (width > 0 && height > 0) return { width, height }
  throw unreadable(format, readableComplaint(complaints))
}

const decodeArguments = (
  file: string,
  format: string,
  { width, height }: Size,
  options: ReadOptions,
): string[] =>
  [
    '-nostdin',
    QUIET,
    pictureInput(file, format, options),
    ['-map', '0:v:0', '-frames:v', '1'],
    ['-vf', `scale=${width}:${height}:flags=${SCALE_FLAGS},format=rgb24`],
    ['-f', 'rawvideo', 'pipe:1'],
  ].flat()

/** Decodes the first picture of a file to RGB of this size. Throws `media_unreadable`. */
export async function decodeByFfmpeg(
  tools: Tools,
  file: string,
  format: string,
  size: Size,
  options: ReadOptions,
): Promise<Uint8Array> {
  const sizeBytes = size.width * size.height * 3
  const { output, complaints } = await run(
    tools,
    'ffmpeg',
    decodeArguments(file, format, size, options),
    format,
    {
      ...options,
      limitBytes: sizeBytes,
    },
  )
  if (output.length < sizeBytes) throw unreadable(format, readableComplaint(complaints))
  return output
}

async function run(
  tools: Tools,
  name: 'ffmpeg' | 'ffprobe',
  programArguments: readonly string[],
  format: string,
  { signal, limitBytes }: ReadOptions & { limitBytes: number },
) {
  try {
    return await runProgram(tools, name, programArguments, {
      ...(signal && { signal }),
      stallMs: LIMIT_MS,
      limitMs: LIMIT_MS,
      limitBytes,
    })
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.code !== 'media_unreadable') throw failure
    throw unreadable(format, failure.message, failure)
  }
}

function unreadable(format: string, reason: string, cause?: unknown): EmbedlineError {
  const advice = format === 'heic' ? ' (HEIC needs ffmpeg 7.1 or newer)' : ''
  return new EmbedlineError('media_unreadable', `The ${format} picture cannot be read: ${reason}${advice}.`, {
    cause,
  })
}
