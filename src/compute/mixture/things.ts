import { drawPages } from '../../documents/pdfPages.ts'
import { documentFacts } from '../../documents/documentType.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { inLimit } from '../../domain/limitFacts.ts'
import type { Limits } from '../../domain/limits.ts'
import type { MediaFacts } from '../../domain/media.ts'
import { inputOf, type EmbeddingModel, type Picture } from '../../domain/model.ts'
import type { MixtureSource } from '../../domain/mixtureWork.ts'
import { pictureOf } from '../../media/bitmap.ts'
import { openFrames } from '../../media/frameSource.ts'
import { inspect } from '../../media/inspect.ts'
import { readPicture } from '../../media/picture.ts'
import { readSound } from '../../media/sound.ts'
import type { Tools } from '../../media/tools.ts'
import { segmentFrames } from '../segmentFrames.ts'

/** Something of which, alone or with others, a vector is made. */
export type Thing =
  | { kind: 'text'; text: string }
  | { kind: 'image'; picture: Picture }
  | { kind: 'pages'; pictures: readonly Picture[] }
  | { kind: 'video'; frames: readonly Picture[]; samples?: Float32Array; sec?: number }
  | { kind: 'audio'; samples: Float32Array; sec?: number }

export interface ReadingParts {
  tools: Tools
  limits: Limits
  model: EmbeddingModel
  signal: AbortSignal
}

/** A video is compared with itself at so many moments at least. */
const LEAST_FRAMES = 3

const READ: Readonly<Record<MixtureSource['kind'], (file: string, parts: ReadingParts) => Promise<Thing>>> = {
  image: async (file, { tools, limits, model, signal }) => ({
    kind: 'image',
    picture: await readPicture(tools, file, inputOf(model.facts).pictureSize, { limits, signal }),
  }),
  video: readVideo,
  async audio(file, parts) {
    const facts = await shortMedia(file, parts)
    if (!facts.audio) throw new EmbedlineError('media_has_no_stream', 'The file has no audio track.')
    return { kind: 'audio', samples: await samplesOf(file, facts, parts), sec: facts.durationSec ?? 0 }
  },
  document: readPages,
}

/** Reads a file as what it was announced as. Throws what reading it throws, and what is too long or has too many pages. */
export const readThing = ({ kind, file }: MixtureSource, parts: ReadingParts): Promise<Thing> =>
  READ[kind](file, parts)

async function readVideo(file: string, parts: ReadingParts): Promise<Thing> {
  const { tools, limits, model, signal } = parts
  const facts = await shortMedia(file, parts)
  if (!facts.video) throw new EmbedlineError('media_has_no_stream', 'The file has no video track.')
  const { framesOf, frameSize } = inputOf(model.facts)
  const size = frameSize(facts.video)
  const endMs = lengthMs(facts)
  const source = openFrames(tools, file, facts, size, { limits, signal })
  try {
    const slice = { index: 0, startMs: 0, endMs }
    const [whole] = await segmentFrames(slice, source.frames(slice), {
      segmentation: { strategy: 'fixed', durationSec: Math.ceil(endMs / 1000) },
      framesOf: (clipSec) => Math.max(LEAST_FRAMES, framesOf(clipSec)),
      size,
      onFrame: () => {},
    })
    const frames = whole?.frames ?? []
    if (frames.length === 0)
      throw new EmbedlineError('media_unreadable', 'Nothing of the video can be decoded.')
    const sound = facts.audio ? { samples: await samplesOf(file, facts, parts) } : {}
    return { kind: 'video', frames, ...sound, sec: facts.durationSec ?? 0 }
  } finally {
    await source.close()
  }
}

const lengthMs = ({ durationSec = 0 }: MediaFacts): number => Math.max(1, Math.round(durationSec * 1000))

async function samplesOf(
  file: string,
  facts: MediaFacts,
  { tools, limits, model, signal }: ReadingParts,
): Promise<Float32Array> {
  const stretch = { startMs: 0, endMs: lengthMs(facts) }
  const { sampleRateHz } = inputOf(model.facts)
  return (await readSound(tools, file, facts, stretch, sampleRateHz, { limits, signal })).samples
}

async function shortMedia(file: string, { tools, limits, signal }: ReadingParts): Promise<MediaFacts> {
  const facts = await inspect(tools, file, { limits, signal })
  const { durationSec = 0 } = facts
  if (facts.isPicture)
    throw new EmbedlineError('media_has_no_stream', `The file is a picture (${facts.container}).`)
  if (durationSec <= limits.mixedMediaSec) return facts
  throw new EmbedlineError(
    'media_too_long',
    `Duration (${durationSec} seconds) exceeds maximum limit of ${limits.mixedMediaSec} seconds (${limits.mixedMediaSec / 60} minutes)${inLimit('mixedMediaSec')}`,
  )
}

async function readPages(file: string, { limits, model, signal }: ReadingParts): Promise<Thing> {
  const { pageCount = 0, type } = (await documentFacts(file)) ?? {}
  if (type !== 'pdf') throw new EmbedlineError('unsupported_type', 'The file is no PDF.')
  if (pageCount > limits.mixedDocumentPages)
    throw new EmbedlineError(
      'document_too_large',
      `Document (${pageCount} pages) exceeds maximum limit of ${limits.mixedDocumentPages} pages${inLimit('mixedDocumentPages')}`,
    )
  const { pictureSize } = inputOf(model.facts)
  const pictures: Picture[] = []
  const options = {
    first: 1,
    last: pageCount,
    sizeFor: pictureSize,
    mostPixels: limits.pictureMaxPixels,
    signal,
  }
  for await (const page of drawPages(file, options)) {
    if (!('rgba' in page))
      throw new EmbedlineError('document_unreadable', `Page ${page.page}: ${page.reason}`)
    const { width, height, rgba } = page
    const whole = { left: 0, top: 0, width, height }
    pictures.push(await pictureOf({ width, height, data: rgba, channels: 4 }, whole, pictureSize(page)))
  }
  return { kind: 'pages', pictures }
}
