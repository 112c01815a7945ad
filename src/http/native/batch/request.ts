import { EmbedlineError } from '../../../domain/errors.ts'
import type { TaskRequest } from '../../../domain/taskRequest.ts'
import type { MediaTaskOrder } from '../../../tasks/create.ts'
import type { Entry } from './schemas.ts'

/** What an entry asks for, in the words of the domain. Throws `request_invalid` for fields that do not fit together. */
export const orderOf = (entry: Entry, defaultModel: string): Omit<MediaTaskOrder, 'idempotency'> => ({
  modelName: entry.model ?? defaultModel,
  request: { ...vectorsOf(entry), ...requestOf(entry) },
  source: sourceOf(entry),
})

const vectorsOf = ({ dimension, uncertainty }: Entry) => ({
  ...(dimension !== undefined && { dimension }),
  ...(uncertainty && { uncertainty }),
})

function requestOf(entry: Entry): TaskRequest {
  if (entry.input === 'image') return { input: 'image', modalities: ['visual'], scopes: ['asset'] }
  return entry.input === 'document' ? documentRequest(entry) : clipsRequest(entry)
}

type ClipsEntry = Extract<Entry, { input: 'video' | 'audio' }>

const DEFAULT_MODALITIES = {
  video: ['visual', 'audio', 'transcription'],
  audio: ['audio', 'transcription'],
} as const

function clipsRequest(entry: ClipsEntry): TaskRequest {
  const { input, start_sec: startSec, end_sec: endSec, segmentation, scopes, separate, fused } = entry
  if (endSec !== undefined && endSec <= startSec)
    throw invalid('end_sec', 'It must be greater than `start_sec`.')
  if (!separate && !fused) throw invalid('separate', 'Without `separate` and `fused` there is no vector.')
  const modalities = entry.modalities ?? DEFAULT_MODALITIES[input]
  if (fused && modalities.length < 2) throw invalid('fused', 'It needs at least two modalities.')
  return {
    input,
    startSec,
    ...(endSec !== undefined && { endSec }),
    segmentation:
      segmentation.strategy === 'fixed'
        ? { strategy: 'fixed', durationSec: segmentation.duration_sec }
        : { strategy: 'dynamic', minDurationSec: segmentation.min_duration_sec },
    modalities,
    modalitiesNamed: entry.modalities !== undefined,
    scopes,
    separate,
    fused,
  }
}

function documentRequest({
  modalities,
  scopes,
  pages,
  chunks,
}: Extract<Entry, { input: 'document' }>): TaskRequest {
  if (chunks && chunks.overlap >= chunks.sentences)
    throw invalid('chunks.overlap', 'It must be less than `sentences`.')
  return {
    input: 'document',
    ...(modalities && { modalities }),
    ...(scopes && { scopes }),
    ...(pages && { pages }),
    ...(chunks && { chunks: { mostSentences: chunks.sentences, overlapSentences: chunks.overlap } }),
  }
}

function sourceOf({ source: { asset_id: assetId, url } }: Entry): MediaTaskOrder['source'] {
  if (assetId !== undefined) return { assetId }
  if (url !== undefined) return { url }
  throw new Error('a source without a source')
}

const invalid = (field: string, message: string) => new EmbedlineError('request_invalid', message, { field })
