import { isAscii } from 'node:buffer'

/** How the characters of a file are written, and how many bytes at its start only say so. */
export interface Charset {
  /** A label of the Encoding Standard, or `utf-32le` or `utf-32be`, which it does not have. */
  label: string
  markBytes: number
}

/** What a look through all bytes of a file found. */
export interface ByteSurvey {
  /** The first bytes, at most 64 KiB. */
  head: Buffer
  /** The first bytes that are not ASCII, with what stands around them; empty when all are ASCII. */
  sample: Buffer
  hasNul: boolean
  /** Sequences that UTF-8 does not have, and all others beyond ASCII. */
  badSequences: number
  goodSequences: number
}

const MARKS: readonly [label: string, mark: readonly number[]][] = [
  // Before UTF-16, whose mark this one begins with.
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
]

/** The charset that the mark at the start of a file names (the byte order mark), if it has one. */
export function charsetOfMark(head: Buffer): Charset | undefined {
  const found = MARKS.find(([, mark]) => mark.every((byte, at) => head[at] === byte))
  return found && { label: found[0], markBytes: found[1].length }
}

const MOST = 0.9
const SOME = 0.4
const FEW = 0.1

/**
 * The charset of UTF-16 and UTF-32 without a mark: most characters of most languages have a zero byte, always in the
 * same place.
 */
export function charsetOfZeros(head: Buffer): Charset | undefined {
  const quads = Math.floor(head.length / 4)
  if (quads === 0) return undefined
  const zeros = (place: number): number => {
    let count = 0
    for (let quad = 0; quad < quads; quad++) if (head[quad * 4 + place] === 0) count++
    return count / quads
  }
  const [first, second, third, fourth] = [zeros(0), zeros(1), zeros(2), zeros(3)]
  const plain = (label: string): Charset => ({ label, markBytes: 0 })
  if (first > MOST && second > MOST && fourth < FEW) return plain('utf-32be')
  if (third > MOST && fourth > MOST && first < FEW) return plain('utf-32le')
  if (first + third > SOME && second + fourth < FEW) return plain('utf-16be')
  if (second + fourth > SOME && first + third < FEW) return plain('utf-16le')
  return undefined
}

const DECLARED =
  /^[^]{0,200}?<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)/i

/** The charset that an XML declaration or an HTML `meta` element names, if this server knows it. */
function declaredLabel(head: Buffer): string | undefined {
  const text = head.subarray(0, 8192).toString('latin1')
  if (!text.trimStart().startsWith('<')) return undefined
  const [, ofXml, ofMeta] = DECLARED.exec(text) ?? []
  const label = knownLabel(ofXml ?? ofMeta ?? '')
  // Whoever reads this declaration as ASCII knows that it is not true.
  return label?.startsWith('utf-16') ? undefined : label
}

function knownLabel(name: string): string | undefined {
  try {
    return new TextDecoder(name).encoding
  } catch {
    return undefined
  }
}

// A file of UTF-8 with a few damaged bytes is still one.
const DAMAGED_SHARE = 0.1

const TO_JAPANESE = ['\x1b$B', '\x1b$@']
const TO_ASCII = ['\x1b(B', '\x1b(J']

/** True for ISO-2022-JP, in which Japanese mails are written: bytes of ASCII, and sequences that say what they mean. */
function shiftsToJapanese(head: Buffer): boolean {
  const hasOneOf = (sequences: readonly string[]) => sequences.some((sequence) => head.includes(sequence))
  return hasOneOf(TO_JAPANESE) && hasOneOf(TO_ASCII)
}

/** The charset of a file without a mark: UTF-8 where that can be, else what the file says of itself, else a guess. */
export async function charsetOf({ head, sample, badSequences, goodSequences }: ByteSurvey): Promise<Charset> {
  const isUnicode = goodSequences > 0 && badSequences <= DAMAGED_SHARE * goodSequences
  if (isUnicode) return { label: 'utf-8', markBytes: 0 }
  if (sample.length === 0 && shiftsToJapanese(head)) return { label: 'iso-2022-jp', markBytes: 0 }
  const declared = declaredLabel(head)
  if (declared !== undefined || sample.length === 0) return { label: declared ?? 'utf-8', markBytes: 0 }
  const { default: chardet } = await import('chardet')
  const guesses = chardet.analyse(sample).map(({ name }) => knownLabel(name))
  // Windows-1252 has a character for every byte.
  return {
    label: guesses.find((label) => label !== undefined && label !== 'utf-8') ?? 'windows-1252',
    markBytes: 0,
  }
}

const HEAD_BYTES = 64 * 1024
const SAMPLE_BYTES = 16 * 1024

/** Looks through all bytes of a file. */
export async function surveyBytes(chunks: AsyncIterable<Buffer>): Promise<ByteSurvey> {
  const survey: ByteSurvey = { head: NONE, sample: NONE, hasNul: false, badSequences: 0, goodSequences: 0 }
  const decoder = new TextDecoder('utf-8')
  let isInCharacter = false
  for await (const chunk of chunks) {
    if (survey.head.length < HEAD_BYTES)
      survey.head = Buffer.concat([survey.head, chunk.subarray(0, HEAD_BYTES - survey.head.length)])
    survey.hasNul ||= chunk.includes(0)
    if (isAscii(chunk) && !isInCharacter) continue
    if (survey.sample.length < SAMPLE_BYTES)
      survey.sample = Buffer.concat([survey.sample, aroundFirst(chunk)])
    countSequences(survey, decoder.decode(chunk, { stream: true }))
    isInCharacter = !isAscii(chunk.subarray(-3))
  }
  countSequences(survey, decoder.decode())
  return survey
}

const NONE = Buffer.alloc(0)
const REPLACED = 0xfffd

function countSequences(survey: ByteSurvey, text: string): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === REPLACED) survey.badSequences++
    else if (code > 0x7f) survey.goodSequences++
  }
}

function aroundFirst(chunk: Buffer): Buffer {
  const first = chunk.findIndex((byte) => byte > 0x7f)
  return chunk.subarray(Math.max(0, first - 512), Math.max(0, first) + SAMPLE_BYTES)
}
