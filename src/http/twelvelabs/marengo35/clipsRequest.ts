import { EmbedlineError } from '../../../domain/errors.ts'
import type { Cue } from '../../../domain/media.ts'
import type { Segmentation } from '../../../domain/slices.ts'
import type { MediaRequest, VectorOptions } from '../../../domain/taskRequest.ts'
import type { ClipsBody } from './schema.ts'

const DEFAULT_OPTIONS = { video: ['visual', 'audio'], audio: ['audio'] } as const

const invalid = (field: string, message: string) => new EmbedlineError('request_invalid', message, { field })

/**
 * What a request for a video or a sound asks for, in the words of the domain. Throws `request_invalid` or
 * `parameter_missing` for fields that do not fit together.
 */
export function clipsRequest(
  input: 'video' | 'audio',
  body: ClipsBody,
  vectors: VectorOptions,
): MediaRequest {
  const { start_sec: startSec, end_sec: endSec, embedding_type: types } = body
  if (endSec !== undefined && endSec <= startSec)
    throw invalid(`${input}.end_sec`, 'It must be greater than `start_sec`.')
  const modalities = body.embedding_option ?? DEFAULT_OPTIONS[input]
  const timedTexts = body.time_based_metadata?.map(cueOf(input))
  const isFused = types.includes('fused_embedding')
  checkFused(input, { isFused, optionCount: modalities.length, timedTexts })
  if (vectors.uncertainty && body.embedding_scope.includes('asset'))
    throw invalid('embedding_uncertainty', `It needs a \`${input}.embedding_scope\` without \`asset\`.`)
  return {
    ...vectors,
    input,
    startSec,
    ...(endSec !== undefined && { endSec }),
    segmentation: segmentationOf(input, body.segmentation),
    modalities,
    modalitiesNamed: body.embedding_option !== undefined,
    scopes: [...new Set(body.embedding_scope.map((scope) => (scope === 'local' ? 'clip' : scope)))],
    scopeNames: body.embedding_scope,
    separate: types.includes('separate_embedding'),
    fused: isFused,
    ...(timedTexts && { timedTexts }),
  }
}

const cueOf =
  (input: string) =>
  ({ start, end, text }: { start: number; end: number; text: string }, at: number): Cue => {
    if (end >= start) return { startSec: start, endSec: end, text }
    throw invalid(`${input}.time_based_metadata[${at}].end`, 'It must not be less than `start`.')
  }

interface Fused {
  isFused: boolean
  optionCount: number
  timedTexts: readonly Cue[] | undefined
}

function checkFused(input: string, { isFused, optionCount, timedTexts }: Fused): void {
  if (timedTexts && !isFused)
    throw invalid(`${input}.time_based_metadata`, 'It needs `fused_embedding` in `embedding_type`.')
  if (isFused && optionCount < 2 && !timedTexts?.length)
    throw invalid(
      `${input}.embedding_type`,
      '`fused_embedding` needs `time_based_metadata` or at least two values of `embedding_option`.',
    )
}

function segmentationOf(input: string, wanted: ClipsBody['segmentation']): Segmentation {
  if (!wanted) return { strategy: 'dynamic', minDurationSec: 2 }
  const { strategy, dynamic, fixed } = wanted.temporal
  const place = `${input}.segmentation.temporal`
  const other = strategy === 'fixed' ? 'dynamic' : 'fixed'
  if (wanted.temporal[other]) throw invalid(`${place}.${other}`, `The strategy is \`${strategy}\`.`)
  if (strategy === 'fixed' && fixed) return { strategy, durationSec: fixed.duration_sec }
  if (strategy === 'dynamic' && dynamic) return { strategy, minDurationSec: dynamic.min_duration_sec }
  throw new EmbedlineError('parameter_missing', '', { field: `${place}.${strategy}` })
}
