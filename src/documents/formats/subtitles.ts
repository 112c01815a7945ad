import type { TextPiece } from '../../domain/document.ts'
import type { Cue } from '../../domain/media.ts'

const TIME = String.raw`(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})`
const TIMES = new RegExp(String.raw`^\s*${TIME}\s*-->\s*${TIME}`)

// `<i>`, `<c.yellow>`, `<v Anna>`, `<00:01.000>`, `{\an8}`: marks of style and of time. Other angle brackets are text.
const MARKS = /<\/?(?:i|b|u|s|font|c|v|lang|ruby|rt)\b[^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}/gi

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', nbsp: ' ' }

// `<v Anna>`, `<v.loud Anna>`: whose voice it is, in WebVTT alone.
const VOICE = /<v(?:\.[^\s<>]*)?\s+([^<>]+)>/g

/** The cues of an SRT or WebVTT file, one piece each, in the order of the file. */
export async function* subtitlePieces(lines: AsyncIterable<string>): AsyncGenerator<TextPiece, void> {
  // The line end joins a cue with the next: an empty line would make each a paragraph.
  for await (const { text, startSec, endSec } of subtitleCues(lines))
    yield { text: `${text}\n`, place: { startSec, endSec } }
}

/** The cues of an SRT or WebVTT file, in the order of the file. */
export async function* subtitleCues(lines: AsyncIterable<string>): AsyncGenerator<Cue, void> {
  let cue: { startSec: number; endSec: number; lines: string[] } | undefined
  for await (const line of lines) {
    const times = TIMES.exec(line)
    if (times) {
      if (cue) yield* toCue(cue)
      cue = { startSec: seconds(times.slice(1, 5)), endSec: seconds(times.slice(5, 9)), lines: [] }
    } else if (line.trim() === '') {
      // What stands between cues is a number, a name, a note or a style.
      if (cue) yield* toCue(cue)
      cue = undefined
    } else cue?.lines.push(line)
  }
  if (cue) yield* toCue(cue)
}

function* toCue({
  startSec,
  endSec,
  lines,
}: Pick<Cue, 'startSec' | 'endSec'> & { lines: readonly string[] }): Generator<Cue, void> {
  const marked = lines.join(' ')
  const text = marked
    .replaceAll(MARKS, '')
    .replaceAll(/&(amp|lt|gt|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const voices = new Set([...marked.matchAll(VOICE)].map(([, voice = '']) => voice.trim()))
  const [speaker] = voices
  const isOneVoice = voices.size === 1 && speaker !== undefined
  if (text !== '') yield { startSec, endSec, text, ...(isOneVoice && { speaker }) }
}

const seconds = ([hours = '0', minutes = '0', whole = '0', fraction = '0']: readonly (
  string | undefined
)[]): number =>
  Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(fraction.padEnd(3, '0')) / 1000
