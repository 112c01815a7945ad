import type { Modality, Scope, Space, Warning } from '../../domain/embedding.ts'
import type { Place } from '../../domain/document.ts'
import type { MetadataFilter } from '../../domain/metadataFilter.ts'
import type { ModelFacts } from '../../domain/model.ts'
import type { VectorKind } from '../../domain/vectorSet.ts'
import type { FoundAsset, FoundTask } from '../../store/foundTasks.ts'
import type { EmbeddingPlace } from '../../domain/embedding.ts'
import type { MediaSource } from '../create.ts'
import type { SearchMethod } from '../parts.ts'

/** What is looked for. */
export type SearchQuery =
  | { kind: 'text'; text: string }
  | { kind: 'image'; source: MediaSource }
  | { kind: 'audio' | 'video'; source: MediaSource; startSec: number; endSec?: number }
  | ({ kind: 'clip' } & ClipQuery)
  | { kind: 'vector'; vector: Float32Array; space?: Space }

/** A moment, a page, a chunk or the whole of something that is embedded. */
export interface ClipQuery {
  /** Of these there is one. */
  taskId?: string
  assetId?: string
  startSec?: number
  endSec?: number
  page?: number
  chunk?: number
  /** Absent: the first that there is, as results are ordered. */
  modality?: Modality
  /** Leaves out what the moment is of. */
  excludesSelf: boolean
}

export interface SearchRequest {
  query: SearchQuery
  /** Absent: the model of what is searched, when there is just one; otherwise the default one. */
  modelName?: string
  /** Where: absent all, these tasks, the tasks of these assets, and these embedded buckets. */
  range?: { taskIds: readonly string[]; assetIds: readonly string[]; buckets: readonly string[] }
  /** At most so many results, and of each so many moments. */
  limit: number
  moments: number
  /** Joins moments of one result that touch each other. */
  mergesMoments: boolean
  /** A cosine. */
  minScore?: number
  /** What does not have what a filter asks for is left out. */
  filter: SearchFilter
  /** Tells how the answer came about. */
  explains: boolean
}

export interface SearchFilter {
  modalities?: readonly Modality[]
  scopes?: readonly Scope[]
  startSec?: number
  endSec?: number
  metadata?: MetadataFilter
  /** Of the keys of buckets' files. */
  keyPattern?: string
}

/** Something that was found, with its best moments. */
export type SearchResult = AssetResult | FileResult

interface Scored {
  /** Of the best moment: the cosine, -1..1. */
  score: number
}

export interface AssetResult extends Scored {
  kind: 'asset'
  /** Absent: the task has none, or it was deleted. */
  asset?: FoundAsset
  moments: TaskMoment[]
}

export interface TaskMoment extends EmbeddingPlace, Scored {
  task: FoundTask
  scope: Scope
  modality: Modality
}

export interface FileResult extends Scored {
  kind: 'file'
  bucket: string
  key: string
  sourceUrl?: string
  moments: FileMoment[]
}

export interface FileMoment extends Scored {
  /** In its file, from 0. */
  ordinal: number
  text: string
  place: Place
}

/** Vectors that were not searched, because they may not be compared with the query. */
export interface SkippedVectors extends VectorKind {
  vectorCount: number
  /** Set when they are of a bucket. */
  bucket?: string
  reason: SkipReason
}

export type SkipReason = 'other_model' | 'other_revision' | 'other_space' | 'other_dimension'

export interface SearchAnswer {
  query: VectorKind
  results: readonly SearchResult[]
  skipped: readonly SkippedVectors[]
  /** `hnsw` when some bucket was searched by an index of neighbours, which may miss some. */
  method: SearchMethod
  warnings: readonly Warning[]
  explanation: SearchExplanation
}

export interface SearchExplanation {
  model: ModelFacts | undefined
  embedMs: number
  /** Each set of vectors and each bucket that was searched. */
  sources: readonly SourceExplanation[]
  totalMs: number
}

export interface SourceExplanation {
  bucket?: string
  method: SearchMethod
  /** Why a large bucket was searched exactly. */
  whyExact?: string
  vectorCount: number
  matchingCount?: number
  kernel?: 'wasm' | 'plain'
  exactCount: number
  loadMs: number
  searchMs: number
}
