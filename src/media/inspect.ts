import { stat } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import type { MediaFacts, VideoFacts } from '../domain/media.ts'
import { canDecodeAudio, canDecodeVideo } from './canDecode.ts'
import { findDuration } from './duration.ts'
import { mediaTooLarge, type ReadOptions } from './input.ts'
import { readHeader, type PictureHeader } from './picture.ts'
import { probe, type ProbedFile } from './probe.ts'
import { seeksExactly } from './seeksExactly.ts'
import { sniff } from './sniff.ts'
import { audioTracks, subtitleTracks, videoTracks } from './streams.ts'
import type { Tools } from './tools.ts'

/**
 * Looks into a file: what it is, how long, which tracks, and whether they can be decoded at all. Reads little of it,
 * unless its container does not know its own length. Throws `media_unreadable` for what is no media or is too broken,
 * saying what it is, `media_too_large` when one picture of it has too many pixels, and `input_missing` when it is gone.
 */
export async function inspect(tools: Tools, file: string, options: ReadOptions): Promise<MediaFacts> {
  const found = await sniff(file)
  const { size: sizeBytes } = await stat(file)
  if (found?.kind === 'other')
    throw new EmbedlineError('media_unreadable', `The file is ${found.name}: no video, sound or picture.`)
  if (found?.kind === 'picture') {
    const header = await readHeader(tools, file, found.format, options)
    if (header.frames === 1) return pictureFacts(found.format, header, sizeBytes)
  }
  return mediaFacts(tools, file, await probeMedia(tools, file, options), sizeBytes, options)
}

function pictureFacts(format: string, { width, height }: PictureHeader, sizeBytes: number): MediaFacts {
  const nothing = { subtitles: [], warnings: [], seeksExactly: false }
  return { container: format, sizeBytes, isPicture: true, picture: { width, height }, ...nothing }
}

async function probeMedia(tools: Tools, file: string, options: ReadOptions): Promise<ProbedFile> {
  try {
    return await probe(tools, file, options)
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.code !== 'media_unreadable') throw failure
    const message = `The file is no media that can be read: ${failure.message}.`
    throw new EmbedlineError('media_unreadable', message, { cause: failure })
  }
}

async function mediaFacts(
  tools: Tools,
  file: string,
  probed: ProbedFile,
  sizeBytes: number,
  options: ReadOptions,
): Promise<MediaFacts> {
  const videos = videoTracks(probed.streams)
  const audios = audioTracks(probed.streams)
  for (const video of videos) checkPixels(video, options)
  const container = probed.format.format_name
  if (videos.length + audios.length === 0)
    throw new EmbedlineError('media_unreadable', `The file (${container}) has no track of pictures or sound.`)

  const warnings: Warning[] = []
  const video = await firstDecoded(videos, 'visual', warnings, (track) =>
    canDecodeVideo(tools, file, track, options),
  )
  const audio = await firstDecoded(audios, 'audio', warnings, (track) =>
    canDecodeAudio(tools, file, track, options),
  )
  if (!video && !audio)
    throw new EmbedlineError('media_unreadable', warnings.map(({ message }) => message).join(' '))

  const used = [video, audio].flatMap((track) => (track ? [track.stream] : []))
  const duration = await findDuration(tools, file, probed, {
    streams: used,
    startSec: Number(probed.format.start_time) || 0,
    ...options,
  })
  return {
    container,
    ...(duration.durationSec !== undefined && { durationSec: duration.durationSec }),
    sizeBytes,
    ...(video && { video }),
    ...(audio && { audio }),
    subtitles: subtitleTracks(probed.streams),
    isPicture: false,
    seeksExactly: duration.canSeek && seeksExactly(container),
    warnings: [...warnings, ...duration.warnings],
  }
}

function checkPixels({ width, height }: VideoFacts, { limits }: ReadOptions): void {
  if (width * height > limits.pictureMaxPixels) throw mediaTooLarge('video', `${width}x${height}`, limits)
}

// A file may name thousands of tracks, and each try costs a tenth of a second.
const TRIED_TRACKS = 4

const TRACK = { visual: 'video', audio: 'audio' } as const

/** The first track that gives anything, with a warning for what was passed over. */
async function firstDecoded<Track extends { codec: string }>(
  tracks: readonly Track[],
  option: 'visual' | 'audio',
  warnings: Warning[],
  decodes: (track: Track) => Promise<boolean>,
): Promise<Track | undefined> {
  if (tracks.length > 1)
    warnings.push({
      code: 'extra_streams_ignored',
      message: `The file has ${tracks.length} ${TRACK[option]} tracks; one of them is used.`,
      option,
    })
  for (const track of tracks.slice(0, TRIED_TRACKS)) {
    if (await decodes(track)) return track
    const message = `Nothing in the ${TRACK[option]} track (${track.codec}) can be decoded.`
    warnings.push({ code: 'media_damaged', message, option })
  }
  return undefined
}
