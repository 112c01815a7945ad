import { EmbedlineError } from '../domain/errors.ts'
import type { ClipModality, Warning } from '../domain/embedding.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'

export interface Choice {
  /** In the order asked for. */
  present: readonly ClipModality[]
  missing: readonly ClipModality[]
}

/**
 * Compares what was asked for with what the media has: pictures, sound, subtitle lines.
 * Throws `media_has_no_stream` when the media is not of the kind that was announced, `media_unreadable` for a document.
 */
export function chooseModalities(request: MediaRequest, facts: MediaFacts, hasTranscript: boolean): Choice {
  if (facts.document)
    throw new EmbedlineError(
      'media_unreadable',
      `The file is ${DOCUMENT[facts.document.type]}: no video, sound or picture.`,
    )
  if (request.input === 'video' && !facts.video)
    throw new EmbedlineError('media_has_no_stream', notVideo(facts))
  if (facts.isPicture)
    throw new EmbedlineError(
      'media_has_no_stream',
      `The file is a picture (${facts.container}), not ${request.input}.`,
    )
  if (request.input === 'audio' && !facts.audio)
    throw new EmbedlineError('media_has_no_stream', 'The file has no audio track.')
  const has: Record<ClipModality, boolean> = {
    visual: request.input === 'video' && facts.video !== undefined,
    audio: facts.audio !== undefined,
    transcription: hasTranscript,
  }
  return {
    present: request.modalities.filter((modality) => has[modality]),
    missing: request.modalities.filter((modality) => !has[modality]),
  }
}

const DOCUMENT = { pdf: 'a PDF document', text: 'a text file' } as const

const notVideo = (facts: MediaFacts): string =>
  facts.isPicture
    ? `The file is a picture (${facts.container}), not a video.`
    : `The file has no video track (${facts.container}${facts.audio ? ', sound only' : ''}).`

const WHY_MISSING: Record<ClipModality, string> = {
  visual: 'the media has no pictures',
  audio: 'the media has no audio track',
  transcription:
    'the media has no subtitle track that fits, in it or beside it, and this model does not listen to speech',
}

/** Why a modality is left out, in one sentence. */
export const whyMissing = (modality: ClipModality): string =>
  `No ${modality} embeddings: ${WHY_MISSING[modality]}.`

export const leftOut = (modality: ClipModality): Warning => ({
  code: 'option_unavailable',
  message: whyMissing(modality),
  option: modality,
})
