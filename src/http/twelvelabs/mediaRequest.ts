import { EmbedlineError } from '../../domain/errors.ts'
import { bytesOf, inMostBytes, type MostBytes } from '../../domain/limitFacts.ts'
import type { Segmentation } from '../../domain/slices.ts'
import type { MediaRequest } from '../../domain/taskRequest.ts'
import type { MediaSource } from '../../tasks/create.ts'
import type { JsonBody } from '../json/jsonBody.ts'
import type { MediaSourceBody } from './fields.ts'
import type { CreateTaskBody } from './schema.ts'

/** The part of a body that asks for media. */
export type MediaBody = Pick<CreateTaskBody, 'input_type' | 'video' | 'audio'>

const invalid = (field: string, message: string) => new EmbedlineError('request_invalid', message, { field })
const missing = (field: string) => new EmbedlineError('parameter_missing', '', { field })

/**
 * What a create asks for, in the words of the domain, with every default of the contract filled in; and its sources.
 * Throws `request_invalid` or `parameter_missing` for fields that do not fit together.
 */
export function readMedia(body: MediaBody): { request: MediaRequest; source: MediaSourceBody } {
  const input = body.input_type
  const { media, options, segmentation } = input === 'video' ? videoParts(body) : audioParts(body)
  const { start_sec: startSec, end_sec: endSec, embedding_type: types } = media
  if (endSec !== undefined && endSec <= startSec)
    throw invalid(`${input}.end_sec`, 'It must be greater than `start_sec`.')
  const isFused = types.includes('fused_embedding')
  if (isFused && options.length < 2)
    throw invalid(
      `${input}.embedding_type`,
      '`fused_embedding` needs at least two values of `embedding_option`.',
    )
  const request = {
    input,
    startSec,
    ...(endSec !== undefined && { endSec }),
    segmentation,
    modalities: options,
    modalitiesNamed: media.embedding_option !== undefined,
    scopes: media.embedding_scope,
    separate: types.includes('separate_embedding'),
    fused: isFused,
  }
  return { request, source: media.media_source }
}

function videoParts({ video, audio }: MediaBody) {
  if (audio) throw invalid('audio', '`input_type` is `video`.')
  if (!video) throw missing('video')
  return {
    media: video,
    options: video.embedding_option ?? (['visual', 'audio', 'transcription'] as const),
    segmentation: videoSegmentation(video.segmentation),
  }
}

function audioParts({ video, audio }: MediaBody) {
  if (video) throw invalid('video', '`input_type` is `audio`.')
  if (!audio) throw missing('audio')
  if (audio.segmentation && !audio.segmentation.fixed) throw missing('audio.segmentation.fixed')
  return {
    media: audio,
    options: audio.embedding_option ?? (['audio', 'transcription'] as const),
    segmentation: {
      strategy: 'fixed',
      durationSec: audio.segmentation?.fixed?.duration_sec ?? 6,
    } as const,
  }
}

function videoSegmentation(wanted: NonNullable<CreateTaskBody['video']>['segmentation']): Segmentation {
  if (!wanted) return { strategy: 'dynamic', minDurationSec: 4 }
  const { strategy, dynamic, fixed } = wanted
  const other = strategy === 'fixed' ? 'dynamic' : 'fixed'
  if (wanted[other]) throw invalid(`video.segmentation.${other}`, `The strategy is \`${strategy}\`.`)
  if (strategy === 'fixed' && fixed) return { strategy, durationSec: fixed.duration_sec }
  if (strategy === 'dynamic' && dynamic) return { strategy, minDurationSec: dynamic.min_duration_sec }
  throw missing(`video.segmentation.${strategy}`)
}

export interface SourcePlace {
  /** Where the sources stand in the request. */
  field: string
  /** Of base64, decoded. */
  limitBytes: MostBytes
}

/** Under which key media stand in a body itself. */
export const BASE64_KEY = 'base64_string' satisfies keyof MediaSourceBody

/** The key by which a source was given. */
export const sourceKey = (source: MediaSource): keyof MediaSourceBody =>
  'assetId' in source ? 'asset_id' : 'url' in source ? 'url' : BASE64_KEY

/** The one source that was given. Throws `request_invalid` for none or two, `too_large` for too much base64. */
export function mediaSource(
  source: MediaSourceBody,
  body: JsonBody,
  { field, limitBytes }: SourcePlace,
): MediaSource {
  const { url, [BASE64_KEY]: base64, asset_id: assetId } = source
  const given = [url, base64, assetId].filter((each) => each !== undefined)
  if (given.length !== 1)
    throw invalid(field, 'Exactly one of `url`, `base64_string` and `asset_id` is wanted.')
  if (url !== undefined) return { url }
  if (assetId !== undefined) return { assetId }
  const received = body.media(base64 ?? '')
  if (received.sizeBytes <= bytesOf(limitBytes)) return { received }
  throw new EmbedlineError(
    'too_large',
    `More than ${bytesOf(limitBytes)} bytes are not taken${inMostBytes(limitBytes)}.`,
    { field: `${field}.${BASE64_KEY}` },
  )
}
