import type { AudioFacts, SubtitleFacts, VideoFacts } from '../domain/media.ts'
import type { ProbedStream } from './probe.ts'

// Cover art is a picture that goes with a sound, and a chapter's thumbnail one that goes with a video.
const isMoving = ({ disposition }: ProbedStream): boolean =>
  !disposition?.['attached_pic'] && !disposition?.['timed_thumbnails']

/** The video tracks of a file, in its order, without cover art. One whose codec nobody knows is among them. */
export const videoTracks = (streams: readonly ProbedStream[]): VideoFacts[] =>
  streams
    .filter((stream) => stream.codec_type === 'video' && isMoving(stream) && hasSize(stream))
    .map(videoFacts)

const hasSize = ({ width = 0, height = 0 }: ProbedStream): boolean => width > 0 && height > 0

function videoFacts(stream: ProbedStream): VideoFacts {
  const { width = 0, height = 0 } = stream
  const rotationDeg = rotation(stream)
  const upright = Math.max(1, Math.round(width * (ratio(stream.sample_aspect_ratio, ':') || 1)))
  const isTurned = rotationDeg === 90 || rotationDeg === 270
  return {
    stream: stream.index,
    codec: stream.codec_name ?? 'unknown',
    width: isTurned ? height : upright,
    height: isTurned ? upright : height,
    framesPerSec: ratio(stream.avg_frame_rate, '/'),
    rotationDeg,
  }
}

/** `30000/1001` → 29.97; 0 for what is no number. */
function ratio(text: string | undefined, separator: string): number {
  const [over = 0, under = 0] = (text ?? '').split(separator).map(Number)
  const value = over / under
  return Number.isFinite(value) && value > 0 ? value : 0
}

// ffprobe counts against the clock. Cameras turn by quarters; another angle is the mark of a broken matrix.
function rotation({ side_data_list: sideData = [] }: ProbedStream): VideoFacts['rotationDeg'] {
  const counterclockwise = sideData.find((data) => data.rotation !== undefined)?.rotation ?? 0
  const clockwise = (((-counterclockwise % 360) + 360) % 360) as VideoFacts['rotationDeg']
  return [90, 180, 270].includes(clockwise) ? clockwise : 0
}

/** The audio tracks of a file, in its order. */
export const audioTracks = (streams: readonly ProbedStream[]): AudioFacts[] =>
  streams
    .filter((stream) => stream.codec_type === 'audio' && Number(stream.sample_rate) > 0)
    .map((stream) => ({
      stream: stream.index,
      codec: stream.codec_name ?? 'unknown',
      sampleRateHz: Number(stream.sample_rate),
      channels: stream.channels ?? 0,
    }))

// The codecs of subtitles that are text. The others are pictures of text.
const TEXT_SUBTITLES = new Set(['subrip', 'mov_text', 'webvtt', 'ass', 'ssa', 'text', 'hdmv_text_subtitle'])

/** The subtitle tracks that hold text, in the order of the file. */
export const subtitleTracks = (streams: readonly ProbedStream[]): SubtitleFacts[] =>
  streams
    .filter((stream) => stream.codec_type === 'subtitle' && TEXT_SUBTITLES.has(stream.codec_name ?? ''))
    .map((stream) => ({
      stream: stream.index,
      codec: stream.codec_name ?? 'unknown',
      ...(stream.tags?.['language'] !== undefined && { language: stream.tags['language'] }),
    }))
