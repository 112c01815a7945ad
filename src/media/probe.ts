import { z } from 'zod'
import { EmbedlineError } from '../domain/errors.ts'
import { guardedInput, mediaTooLarge, type PictureLimits, QUIET, type ReadOptions } from './input.ts'
import { runProgram } from './program.ts'
import type { Tools } from './tools.ts'

// What we use of ffprobe's JSON. Numbers that may be unknown come as `N/A`, or not at all.
const Stream = z.object({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  nb_frames: z.string().optional(),
  sample_rate: z.string().optional(),
  channels: z.number().optional(),
  disposition: z.record(z.string(), z.number()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).optional(),
})

const Probed = z.object({
  format: z.object({
    format_name: z.string(),
    start_time: z.string().optional(),
    duration: z.string().optional(),
  }),
  streams: z.array(Stream).default([]),
})

export type ProbedStream = z.infer<typeof Stream>
export type ProbedFile = z.infer<typeof Probed>

// A file of a few megabytes may name thousands of streams; nobody needs to hear all of that.
const ANSWER_BYTES = 4 * 1024 * 1024
const STALL_MS = 30_000
const LIMIT_MS = 60_000

/** Arguments for ffprobe that describe a file and its streams as JSON. */
export const probeArguments = (file: string, limits: PictureLimits): string[] =>
  [QUIET, ['-show_format', '-show_streams', '-of', 'json'], guardedInput(file, limits)].flat()

/**
 * Asks ffprobe what is in a file. Throws `media_unreadable` when it finds no container that it knows, and
 * `media_too_large` when it would not look at a video for its size.
 */
export async function probe(
  tools: Tools,
  file: string,
  { signal, limits }: ReadOptions,
): Promise<ProbedFile> {
  const { output, complaints } = await runProgram(tools, 'ffprobe', probeArguments(file, limits), {
    ...(signal && { signal }),
    stallMs: STALL_MS,
    limitMs: LIMIT_MS,
    limitBytes: ANSWER_BYTES,
  })
  // Some codecs tell their size only by a first picture, which is then not decoded.
  const tooLarge = /Picture size (\d+x\d+) exceeds/.exec(complaints)
  if (tooLarge) throw mediaTooLarge('video', tooLarge[1] ?? '', limits)
  const { success, data, error } = Probed.safeParse(JSON.parse(output.toString('utf8')))
  if (!success)
    throw new EmbedlineError('media_unreadable', 'Nothing is known of this file.', { cause: error })
  return data
}
