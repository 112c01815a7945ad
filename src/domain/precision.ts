import { EmbedlineError } from './errors.ts'

/** How the numbers of a model's weights are kept: 32-bit floats, or integers of 8 or 4 bits. */
export const PRECISIONS = ['fp32', 'q8', 'q4'] as const

export type Precision = (typeof PRECISIONS)[number]

/** The parts of a model that are files of their own: what embeds text, and what prepares pictures and sound for it. */
export const SESSIONS = ['model', 'vision_encoder', 'audio_encoder'] as const

export type Session = (typeof SESSIONS)[number]

export type SessionPrecisions = Readonly<Record<Session, Precision>>

const isPrecision = (word: string): word is Precision => (PRECISIONS as readonly string[]).includes(word)
const isSession = (word: string): word is Session => (SESSIONS as readonly string[]).includes(word)

export const samePrecision = (precision: Precision): SessionPrecisions => ({
  model: precision,
  vision_encoder: precision,
  audio_encoder: precision,
})

/**
 * Reads `q8`, or one for each session: `q8,vision_encoder=fp32`, where the word that stands alone is meant for the
 * others (absent: `fallback`). Throws `request_invalid` with what was expected.
 */
export function parsePrecisions(text: string, fallback: Precision): SessionPrecisions {
  let common = fallback
  const single: Partial<Record<Session, Precision>> = {}
  for (const part of text.split(',')) {
    const words = part.split('=').map((word) => word.trim())
    const [first = '', second] = words
    if (words.length === 1 && isPrecision(first)) common = first
    else if (words.length === 2 && isSession(first) && isPrecision(second ?? ''))
      single[first] = second as Precision
    else
      throw new EmbedlineError(
        'request_invalid',
        `expected one of ${PRECISIONS.join(', ')}, or one for a session, as in q8,vision_encoder=fp32 (sessions: ${SESSIONS.join(', ')})`,
        { field: 'precision' },
      )
  }
  return { ...samePrecision(common), ...single }
}

/** `q8`, or `q8,vision_encoder=fp32`: what `parsePrecisions` reads. */
export function precisionsText(precisions: SessionPrecisions): string {
  const common = precisions.model
  const others = SESSIONS.filter((session) => precisions[session] !== common)
  return [common, ...others.map((session) => `${session}=${precisions[session]}`)].join(',')
}

const SUFFIX = { fp32: '', q8: '_quantized', q4: '_q4' } as const satisfies Record<Precision, string>

/** The graph of a session in a model's folder: `onnx/vision_encoder_q4.onnx`. */
export const graphFile = (session: Session, precision: Precision): string =>
  `onnx/${session}${SUFFIX[precision]}.onnx`
