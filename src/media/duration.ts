import type { Warning } from '../domain/embedding.ts'
import { measurePackets, type MeasureOptions, type Packets } from './packets.ts'
import type { ProbedFile } from './probe.ts'
import type { Tools } from './tools.ts'

export interface Duration {
  /** Undefined when there is nothing in the file that has a time. */
  durationSec?: number
  /** True when a jump to the end of the file works and does not land far before it. */
  canSeek: boolean
  warnings: readonly Warning[]
}

// ffprobe guesses the length of these from the bit rate of their beginning.
const GUESSED = new Set([
  'mp3',
  'aac',
  'ac3',
  'eac3',
  'amr',
  'mpegvideo',
  'm4v',
  'h264',
  'hevc',
  'dts',
  'mpeg',
])

/** A container's duration that is further than this from its last packet is not believed. */
const TOLERANCE_SEC = 1

/** How much of the end is looked at. */
const TAIL_SEC = 5

/** A jump that lands further than this before the end shows that keyframes are too rare to start slices from them. */
const FARTHEST_KEYFRAME_SEC = 90

/** Finds out how long the media really is: containers say nothing, guess, or speak of a file that was longer once. */
export async function findDuration(
  tools: Tools,
  file: string,
  { format }: ProbedFile,
  options: MeasureOptions,
): Promise<Duration> {
  const saidSec = Number(format.duration) || 0
  const isGuess = saidSec <= 0 || GUESSED.has(format.format_name)
  const measure = (fromSec: number) => measurePackets(tools, file, fromSec, options)
  const tail = isGuess ? undefined : await measure(Math.max(0, saidSec - TAIL_SEC))
  const canSeek = tail !== undefined && saidSec - tail.firstSec < FARTHEST_KEYFRAME_SEC
  if (tail && isBelieved(saidSec, tail)) return { durationSec: saidSec, canSeek, warnings: [] }

  const all = await measure(0)
  if (all && !isGuess && !isBelieved(saidSec, all)) return { ...correct(saidSec, all), canSeek }
  const durationSec = isGuess && all ? milliseconds(all.endSec) : saidSec
  return { ...(durationSec > 0 && { durationSec }), canSeek: false, warnings: [] }
}

const isBelieved = (saidSec: number, { lastSec, endSec }: Packets): boolean =>
  endSec > saidSec - TOLERANCE_SEC && lastSec < saidSec + TOLERANCE_SEC

function correct(saidSec: number, { endSec }: Packets): { durationSec: number; warnings: Warning[] } {
  const durationSec = milliseconds(endSec)
  const said = `The file says that it lasts ${saidSec} s, but`
  const warning: Warning =
    endSec < saidSec
      ? {
          code: 'media_truncated',
          message: `${said} ends at ${durationSec} s.`,
          startSec: durationSec,
          endSec: saidSec,
        }
      : { code: 'duration_estimated', message: `${said} goes on to ${durationSec} s.` }
  return { durationSec, warnings: [warning] }
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000
