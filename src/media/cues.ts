import type { Cue } from '../domain/media.ts'
import { guardedInput, type PictureLimits, QUIET, type ReadOptions } from './input.ts'
import { runProgram } from './program.ts'
import type { Tools } from './tools.ts'

// A day of speech is about two megabytes of subtitles.
const ANSWER_BYTES = 32 * 1024 * 1024

// The whole file is read for the few lines that it holds, and nothing is written between them.
const STALL_MS = 300_000

/** Arguments for ffmpeg that write one text subtitle track, whatever its format, as SRT to standard output. */
export const cueArguments = (file: string, stream: number, limits: PictureLimits): string[] =>
  [
    '-nostdin',
    QUIET,
    guardedInput(file, limits),
    ['-map', `0:${stream}`],
    ['-c:s', 'srt', '-f', 'srt', 'pipe:1'],
  ].flat()

/**
 * The lines of a text subtitle track in order of time, as plain text without marks of style; lines without text are
 * left out. Throws `media_unreadable` when the track cannot be read.
 */
export async function readCues(
  tools: Tools,
  file: string,
  stream: number,
  { limits, signal }: ReadOptions,
): Promise<Cue[]> {
  const { output } = await runProgram(tools, 'ffmpeg', cueArguments(file, stream, limits), {
    ...(signal && { signal }),
    stallMs: STALL_MS,
    limitBytes: ANSWER_BYTES,
  })
  return parseSrt(output.toString('utf8'))
}

const TIMES = /^(\d+):(\d\d):(\d\d),(\d{3}) --> (\d+):(\d\d):(\d\d),(\d{3})/

/** Exported for the test: the cues of an SRT file. */
export function parseSrt(srt: string): Cue[] {
  const cues: Cue[] = []
  let lines: string[] = []
  for (const line of srt.split(/\r?\n/)) {
    const times = TIMES.exec(line)?.slice(1).map(Number)
    if (!times) {
      lines.push(line)
      continue
    }
    // The line before the times is the number of the cue that begins here.
    endCue(cues, lines.slice(0, -1))
    lines = []
    cues.push({ startSec: seconds(times.slice(0, 4)), endSec: seconds(times.slice(4)), text: '' })
  }
  endCue(cues, lines)
  return cues.filter(({ text }) => text !== '').toSorted((one, other) => one.startSec - other.startSec)
}

const seconds = ([hours = 0, minutes = 0, whole = 0, thousandths = 0]: readonly number[]): number =>
  hours * 3600 + minutes * 60 + whole + thousandths / 1000

function endCue(cues: Cue[], lines: readonly string[]): void {
  const cue = cues.at(-1)
  if (cue) cue.text = plainText(lines.join('\n'))
}

// `<i>`, `<font …>`, `<c.yellow>`, `<v Anna>`, `{\an8}`: marks of style. Other angle brackets are text.
const MARKS = /<\/?(?:i|b|u|s|font|c|v|lang|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}/gi

// ASS writes its line breaks as letters.
const plainText = (text: string): string =>
  text
    .replace(MARKS, '')
    .replace(/\\[Nnh]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
