import { guardedInput, type PictureLimits, QUIET, type ReadOptions } from './input.ts'
import { linesOf } from './lines.ts'
import { startProgram } from './program.ts'
import type { Tools } from './tools.ts'

export interface MeasureOptions extends ReadOptions {
  /** The streams that count. */
  streams: readonly number[]
  /** ffprobe's start of the container in seconds: all other times count from there. */
  startSec: number
}

/** Where packets lie, in seconds from the start of the file. */
export interface Packets {
  /** The earliest start of those that were read. */
  firstSec: number
  /** The latest start. */
  lastSec: number
  /** The latest end; the length of a packet may be nonsense. */
  endSec: number
}

const STALL_MS = 60_000

/** Arguments for ffprobe that list packets (stream, time, duration): those from the keyframe before `fromSec` on. */
export const packetArguments = (file: string, fromSec: number, limits: PictureLimits): string[] =>
  [
    QUIET,
    fromSec > 0 ? ['-read_intervals', `${fromSec}%`] : [],
    ['-show_entries', 'packet=stream_index,pts_time,duration_time', '-of', 'csv=p=0'],
    guardedInput(file, limits),
  ].flat()

/**
 * Reads packets without decoding them, from `fromSec` to the end of the file: near the end this takes as long for an
 * hour as for a minute; from 0 all bytes of the file are read. Undefined when there are none, or the jump fails.
 */
export async function measurePackets(
  tools: Tools,
  file: string,
  fromSec: number,
  { streams, startSec, limits, signal }: MeasureOptions,
): Promise<Packets | undefined> {
  const program = startProgram(
    tools,
    'ffprobe',
    packetArguments(file, fromSec && fromSec + startSec, limits),
    {
      ...(signal && { signal }),
      stallMs: STALL_MS,
    },
  )
  const found = { firstSec: Infinity, lastSec: -Infinity, endSec: -Infinity }
  const untimedSec = new Map<number, number>()
  for await (const line of linesOf(program.output)) {
    const [stream, ptsSec, durationSec] = line.split(',').map(Number)
    if (stream === undefined || ptsSec === undefined || !streams.includes(stream)) continue
    const lengthSec = durationSec || 0
    // Packets of bare streams have no time, only a length.
    if (Number.isNaN(ptsSec)) untimedSec.set(stream, (untimedSec.get(stream) ?? 0) + lengthSec)
    else widen(found, ptsSec - startSec, lengthSec)
  }
  if (Number.isFinite(found.endSec)) return found
  const longestSec = Math.max(0, ...untimedSec.values())
  return longestSec > 0 && fromSec === 0
    ? { firstSec: 0, lastSec: longestSec, endSec: longestSec }
    : undefined
}

function widen(found: Packets, startSec: number, lengthSec: number): void {
  found.firstSec = Math.min(found.firstSec, startSec)
  found.lastSec = Math.max(found.lastSec, startSec)
  found.endSec = Math.max(found.endSec, startSec + lengthSec)
}
