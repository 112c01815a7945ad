import { EmbedlineError } from '../../../domain/errors.ts'
import type { MetadataFilter, MetadataTest } from '../../../domain/metadataFilter.ts'
import type { MediaSource } from '../../../tasks/create.ts'
import type { SearchFilter, SearchQuery, SearchRequest } from '../../../tasks/search/searchRequest.ts'
import { makeBase64Decoder } from '../../json/base64.ts'
import type { SearchBody } from './schemas.ts'

export type MediaKind = 'image' | 'audio' | 'video'

const KINDS = [
  'text',
  'image',
  'audio',
  'video',
  'clip',
  'vector',
] as const satisfies readonly SearchQuery['kind'][]

/** What a body looks for. Throws `request_invalid` unless it is one thing. */
export function queryKind(body: SearchBody): SearchQuery['kind'] {
  const [kind, second] = KINDS.filter((each) => body[each] !== undefined)
  if (second !== undefined)
    throw new EmbedlineError('request_invalid', `Of ${listed} exactly one is wanted.`, { field: second })
  if (kind === undefined) throw new EmbedlineError('parameter_missing', `One of ${listed} is wanted.`)
  if (body.space !== undefined && kind !== 'vector')
    throw new EmbedlineError('request_invalid', 'It says of which space a `vector` is.', { field: 'space' })
  return kind
}

const listed = KINDS.map((kind) => `\`${kind}\``).join(', ')

/** A search in the words of the domain. Throws `request_invalid`, and what `sourceOf` throws. */
export function readSearch(
  body: SearchBody,
  kind: SearchQuery['kind'],
  sourceOf: (kind: MediaKind) => MediaSource,
): SearchRequest {
  const { model, in: range, filter, limit, moments, merge, min_score: minScore, explain } = body
  return {
    query: readQuery(body, kind, sourceOf),
    ...(model !== undefined && { modelName: model }),
    ...(range && {
      range: {
        taskIds: range.tasks ?? [],
        assetIds: range.assets ?? [],
        buckets: range.buckets ?? [],
      },
    }),
    limit,
    moments,
    mergesMoments: merge,
    ...(minScore !== undefined && { minScore }),
    filter: filter ? readFilter(filter) : {},
    explains: explain,
  }
}

function readQuery(
  body: SearchBody,
  kind: SearchQuery['kind'],
  sourceOf: (kind: MediaKind) => MediaSource,
): SearchQuery {
  switch (kind) {
    case 'text':
      return { kind, text: body.text ?? '' }
    case 'image':
      return { kind, source: sourceOf(kind) }
    case 'audio':
    case 'video':
      return {
        kind,
        source: sourceOf(kind),
        startSec: body[kind]?.start_sec ?? 0,
        ...endOf(body[kind], kind),
      }
    case 'clip':
      return readClip(body)
    case 'vector':
      return {
        kind,
        vector: readVector(body.vector ?? []),
        ...(body.space !== undefined && { space: body.space }),
      }
  }
}

function endOf(
  stretch: { start_sec?: number | undefined; end_sec?: number | undefined } | undefined,
  field: string,
): { endSec?: number } {
  const { start_sec: start = 0, end_sec: end } = stretch ?? {}
  if (end === undefined) return {}
  if (end > start) return { endSec: end }
  throw new EmbedlineError('request_invalid', 'It must end after it begins.', { field: `${field}.end_sec` })
}

function readClip({ clip }: SearchBody): SearchQuery {
  const { task_id: taskId, asset_id: assetId, start_sec: startSec, page, chunk, option } = clip ?? {}
  if ((taskId === undefined) === (assetId === undefined))
    throw new EmbedlineError('request_invalid', 'Exactly one of `task_id` and `asset_id` is wanted.', {
      field: 'clip',
    })
  const places = { start_sec: startSec, page, chunk }
  const [, second] = Object.entries(places).filter(([, value]) => value !== undefined)
  if (second)
    throw new EmbedlineError('request_invalid', 'At most one of `start_sec`, `page` and `chunk` is taken.', {
      field: `clip.${second[0]}`,
    })
  if (clip?.end_sec !== undefined && startSec === undefined)
    throw new EmbedlineError('request_invalid', 'It needs `start_sec`.', { field: 'clip.end_sec' })
  return {
    kind: 'clip',
    ...(taskId !== undefined && { taskId }),
    ...(assetId !== undefined && { assetId }),
    ...(startSec !== undefined && { startSec }),
    ...endOf(clip, 'clip'),
    ...(page !== undefined && { page }),
    ...(chunk !== undefined && { chunk }),
    ...(option !== undefined && { modality: option }),
    excludesSelf: clip?.exclude_self ?? false,
  }
}

/** Of unit length. Throws for what is no direction. */
function readVector(given: readonly number[] | string): Float32Array {
  const numbers = typeof given === 'string' ? decode(given) : Float32Array.from(given)
  const length = Math.hypot(...numbers)
  if (numbers.length > 0 && Number.isFinite(length) && length > 0)
    return numbers.map((number) => number / length)
  throw new EmbedlineError('request_invalid', 'It must be finite numbers, not all of them 0.', {
    field: 'vector',
  })
}

function decode(base64: string): Float32Array {
  const decoder = makeBase64Decoder()
  const bytes = decoder.decode(Buffer.from(base64))
  if (bytes && decoder.isComplete() && bytes.length % Float32Array.BYTES_PER_ELEMENT === 0)
    return new Float32Array(new Uint8Array(bytes).buffer)
  throw new EmbedlineError('request_invalid', 'It is no base64 of float32 numbers.', { field: 'vector' })
}

function readFilter(filter: NonNullable<SearchBody['filter']>): SearchFilter {
  const { option, scope, start_sec: startSec, end_sec: endSec, metadata, key } = filter
  return {
    ...(option && { modalities: option }),
    ...(scope && { scopes: scope }),
    ...(startSec !== undefined && { startSec }),
    ...(endSec !== undefined && endOf(filter, 'filter') && { endSec }),
    ...(metadata && { metadata: readMetadata(metadata) }),
    ...(key !== undefined && { keyPattern: key }),
  }
}

type MetadataBody = NonNullable<NonNullable<SearchBody['filter']>['metadata']>

const readMetadata = (metadata: MetadataBody): MetadataFilter =>
  Object.fromEntries(Object.entries(metadata).map(([key, test]) => [key, readTest(test)]))

function readTest(test: MetadataBody[string]): MetadataTest {
  if (typeof test !== 'object') return { oneOf: [test] }
  if (Array.isArray(test)) return { oneOf: test }
  return Object.fromEntries(Object.entries(test).filter(([, bound]) => bound !== undefined))
}
