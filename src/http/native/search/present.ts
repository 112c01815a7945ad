import type { VectorKind } from '../../../domain/vectorSet.ts'
import type {
  AssetResult,
  FileMoment,
  FileResult,
  SearchAnswer,
  SearchExplanation,
  SkippedVectors,
  SkipReason,
  SourceExplanation,
  TaskMoment,
} from '../../../tasks/search/searchRequest.ts'
import { presentPlace } from '../presentPlace.ts'

export const presentAnswer = (
  type: string,
  { query, results, skipped, method, warnings, explanation }: SearchAnswer,
  explains: boolean,
) => ({
  query: { type, ...presentKind(query) },
  results: results.map((result) => (result.kind === 'file' ? presentFile(result) : presentAsset(result))),
  skipped: skipped.map((each) => presentSkipped(query, each)),
  method,
  ...(warnings.length > 0 && { warnings }),
  ...(explains && { explain: presentExplanation(explanation) }),
})

const presentKind = ({ model, space, dimension }: VectorKind) => ({ model, space, dimension })

function presentAsset({ score, asset, moments }: AssetResult) {
  const task = moments[0]?.task
  return {
    kind: asset ? 'asset' : 'task',
    score,
    ...(asset && {
      asset: {
        id: asset.id,
        filename: asset.filename,
        mime_type: asset.mimeType,
        ...(asset.userMetadata && { user_metadata: asset.userMetadata }),
      },
    }),
    ...(!asset &&
      task && {
        task: {
          id: task.id,
          state: task.state,
          ...(task.filename !== undefined && { filename: task.filename }),
        },
      }),
    moments: moments.map(presentMoment),
  }
}

function presentMoment({ score, task, scope, modality, startSec, endSec, ...place }: TaskMoment) {
  const isTimed = endSec > startSec
  return {
    score,
    task_id: task.id,
    option: modality,
    scope,
    ...(isTimed && { start_sec: startSec, end_sec: endSec }),
    ...place,
  }
}

const presentFile = ({ score, bucket, key, sourceUrl, moments }: FileResult) => ({
  kind: 'file',
  score,
  bucket,
  key,
  ...(sourceUrl !== undefined && { source_url: sourceUrl }),
  moments: moments.map(presentChunk),
})

const presentChunk = ({ score, ordinal, text, place }: FileMoment) => ({
  score,
  option: 'text',
  scope: 'chunk',
  chunk: ordinal,
  text,
  place: presentPlace(place),
})

const presentSkipped = (query: VectorKind, { vectorCount, bucket, reason, ...kind }: SkippedVectors) => ({
  ...presentKind(kind),
  vectors: vectorCount,
  ...(bucket !== undefined && { bucket }),
  reason,
  message: REASON[reason](query, kind),
})

const REASON: Readonly<Record<SkipReason, (query: VectorKind, kind: VectorKind) => string>> = {
  other_model: (query, { model }) =>
    `They were made by ${model.id}; the query is of ${query.model.id}. Vectors of two models cannot be compared.`,
  other_revision: (query, { model }) =>
    `They were made by revision ${model.revision} of ${model.id}; the query is of ${query.model.revision}.`,
  other_space: (query, { model, space }) =>
    `They are in the space ${space} of ${model.id}; the query is in ${query.space}. Vectors of two spaces cannot be compared.`,
  other_dimension: (query, { dimension }) =>
    `They have ${dimension} numbers each; the query has ${query.dimension}.`,
}

const presentExplanation = ({ model, embedMs, sources, totalMs }: SearchExplanation) => ({
  ...(model && {
    model: { id: model.id, revision: model.revision, precision: model.precision, spaces: model.spaces },
  }),
  ...(model?.caveat !== undefined && { caveat: model.caveat }),
  searched: sources.map(presentSource),
  timings_ms: { embed: rounded(embedMs), total: rounded(totalMs) },
})

const presentSource = (source: SourceExplanation) => ({
  ...(source.bucket === undefined ? { kind: 'tasks' } : { kind: 'bucket', bucket: source.bucket }),
  vectors: source.vectorCount,
  ...(source.matchingCount !== undefined && { matching_vectors: source.matchingCount }),
  method: source.method,
  ...(source.whyExact !== undefined && { why_exact: source.whyExact }),
  ...(source.kernel && { scan: source.kernel === 'wasm' ? 'int8, WebAssembly SIMD' : 'int8, plain loop' }),
  rescored_float32: source.exactCount,
  timings_ms: { load: rounded(source.loadMs), search: rounded(source.searchMs) },
})

const rounded = (ms: number): number => Math.round(ms * 100) / 100
