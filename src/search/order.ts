import type { MetadataFilter } from '../domain/metadataFilter.ts'
import type { Modality, Scope } from '../domain/embedding.ts'
import type { KernelKind } from './byteProducts.ts'
import type { VectorPlace } from './loader.ts'
import type { ModelPin } from '../domain/model.ts'

export interface SearchOrder {
  bucketId: number
  /** The model that made `vector`: chunks that another one embedded are not found. */
  model: ModelPin
  /** What the database says now: what has changed since is loaded first. */
  version: number
  /** Unit length; chunks with vectors of another length are not found. */
  vector: Float32Array
  /** Stems of the query: present when words count too. */
  terms?: Readonly<Record<string, number>>
  /** Of the vectors against the words in the fused rank. */
  vectorWeight: number
  limit: number
  /** As `keyPattern` reads it. */
  keyPattern?: string
  /** From 0 to 1; certainty is (1 + cosine) / 2. */
  minCertainty?: number
}

export interface SearchHit {
  fileId: number
  ordinal: number
  /** Of the chunk's vector and the query's. */
  cosine: number
  /** What the hits are sorted by: the cosine, or the fused rank when words count. */
  score: number
}

/**
 * How what was found was looked for: among all vectors, or by an index of neighbours (HNSW), which may miss some.
 */
export type SearchMethod = 'exact' | 'hnsw'

export interface FoundChunks {
  /** Best first. */
  hits: SearchHit[]
  method: SearchMethod
}

/** A search that groups what it finds. */
export interface GroupOrder {
  /** What the database says now of what is searched: what has changed since is loaded first. */
  version: number
  /** Unit length, and as long as the vectors that are searched. */
  vector: Float32Array
  /** At most so many groups, and in each so many moments. */
  groups: number
  moments: number
  minCosine?: number
  /** True: the answer tells how many vectors the filters leave. */
  counts?: boolean
}

/** The groups are assets, and tasks that have none. */
export interface TaskSearchOrder extends GroupOrder {
  setId: number
  /** Absent: all tasks that have vectors in the set. Of one alone its vectors are held by themselves. */
  taskIds?: readonly string[]
  /** Left out. */
  notTaskIds?: readonly string[]
  modalities?: readonly Modality[]
  /** Absent: the smallest parts there are; the whole of an asset only where nothing smaller has a vector. */
  scopes?: readonly Scope[]
  /** Only what has a time and overlaps this; milliseconds. */
  startMs?: number
  endMs?: number
  /** Only what is of assets of this account that have such metadata. */
  metadata?: { accountId: string; filter: MetadataFilter }
}

/** The groups are the files of the bucket. */
export interface BucketSearchOrder extends GroupOrder {
  bucketId: number
  /** The model that made `vector`: chunks that another one embedded are not found. */
  model: ModelPin
  /** As `keyPattern` reads it. */
  keyPattern?: string
}

/** Asks how many chunks a bucket has. */
export interface CountOrder {
  bucketId: number
  /** What was counted for it counts. */
  version: number
}

/** Groups, best first, and in each the moments, best first, with how many vectors they were found among. */
export interface Grouped<Hit> extends ScanCounts {
  groups: Hit[][]
}

/** The same, with how long it took to read what was not held, and to search. */
export interface GroupedHits<Hit> extends Grouped<Hit> {
  method: SearchMethod
  loadMs: number
  searchMs: number
}

export interface TaskHit extends VectorPlace {
  taskId: string
  assetId?: string
  /** Of the vector and the query's. */
  cosine: number
}

export interface ChunkHit {
  fileId: number
  ordinal: number
  cosine: number
}

/** How an answer came about. */
export interface ScanCounts {
  /** Vectors that were compared, filters aside. */
  vectorCount: number
  /** Present when it was asked for and all were compared: those that the filters left. */
  matchingCount?: number
  /** What multiplied the roundings of the vectors to bytes; absent when there was nothing to multiply. */
  kernel?: KernelKind
  /** Vectors that were then multiplied as they are. */
  exactCount: number
}
