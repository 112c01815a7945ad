import type { Modality, Scope } from '../domain/embedding.ts'
import type { UserMetadata } from '../domain/task.ts'
import type { ModelPin } from '../domain/model.ts'

/** The chunks of a bucket that one model embedded. */
export interface ChunkSource {
  bucketId: number
  model: ModelPin
}

/** A chunk as it is stored. */
export interface LoadedRow {
  fileId: number
  /** Of the chunk in its file. */
  ordinal: number
  /** Of its file. */
  key: string
  /** Unit length. */
  vector: Float32Array
  /** How often each stem stands in the chunk, as JSON. */
  termsJson: string
}

/** Some rows at a time, each page read when it is asked for. */
type Pages<Row> = AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>

/** What has changed in a bucket since a version. */
export interface LoadedChanges {
  /** What one holds when all of it is taken in. */
  version: number
  /** Files of which nothing that is held counts any more: they are gone, or their chunks come anew. */
  dropped: readonly number[]
  pages: Pages<LoadedRow>
}

/** The vectors of a set of an account's tasks, or those of one task in it. */
export interface TaskSource {
  setId: number
  taskId?: string
}

/** Which vector of a task one is. */
export interface VectorPlace {
  scope: Scope
  modality: Modality
  /** Of clips and assets when they begin, milliseconds; of others their number. */
  position: number
  /** Of what has a time. */
  endMs: number
}

/** A vector of a task as it is stored. */
export interface LoadedVector extends VectorPlace {
  taskId: string
  assetId?: string
  /** Unit length. */
  vector: Float32Array
}

/** What has changed in a set since a version. */
export interface TaskChanges {
  version: number
  /** Of all vectors of the set. */
  dimension: number
  /** Present when vectors were removed: the tasks that still have some. */
  remaining?: ReadonlySet<string>
  /** Tasks whose vectors come anew, all of them. */
  changed: ReadonlySet<string>
  pages: Pages<LoadedVector>
}

/** How many chunks of a bucket a model embedded. */
export interface ChunkCount {
  model: ModelPin
  count: number
}

/** A chunk that an index of neighbours led to, with its vector as it was made. */
export type IndexedChunk = Omit<LoadedRow, 'termsJson'>

/** What an index of neighbours is asked. */
export interface NearestQuery {
  vector: Float32Array
  count: number
  /** Only these files. */
  fileIds?: readonly number[]
  /** None of these. */
  notFileIds: readonly number[]
}

/** Indexes of neighbours of large buckets: what they find is about the nearest. All calls may run at once. */
export interface ChunkIndex {
  /**
   * Up to which version of the bucket the index goes, and how many chunks it has. Undefined when the chunks of this model
   * are in none.
   */
  state(source: ChunkSource, dimension: number): Promise<{ version: number; chunkCount: number } | undefined>
  /**
   * About the `count` nearest chunks, in no order. Undefined when the index does not find so many though it has them, or
   * is not there any more.
   */
  nearest(source: ChunkSource, query: NearestQuery): Promise<IndexedChunk[] | undefined>
  /** About the `most` nearest chunks of each of these files, in no order. Undefined when the index is gone. */
  nearestOfFiles(
    source: ChunkSource,
    query: { vector: Float32Array; fileIds: readonly number[]; most: number },
  ): Promise<IndexedChunk[] | undefined>
  /** These chunks, in no order, without those that are not searched any more. */
  chunks(source: ChunkSource, ids: readonly { fileId: number; ordinal: number }[]): Promise<IndexedChunk[]>
  /** All chunks of these files. */
  chunksOfFiles(source: ChunkSource, fileIds: readonly number[]): Promise<IndexedChunk[]>
  /** The files of the bucket that have chunks. */
  files(source: ChunkSource): Promise<{ id: number; key: string; chunkCount: number }[]>
}

/** Where the search thread reads vectors; written for what it needs, `src/store` fits. One call at a time. */
export interface Loader {
  /**
   * Hands what has changed in a bucket since a version (0: all of it) to `take`, all of one moment, with the chunks of
   * one model only. False, and `take` is not called, when there is no such bucket.
   */
  changes(
    source: ChunkSource,
    sinceVersion: number,
    take: (changes: LoadedChanges) => Promise<void>,
  ): Promise<boolean>
  /** The same of the vectors of tasks. */
  taskChanges(
    source: TaskSource,
    sinceVersion: number,
    take: (changes: TaskChanges) => Promise<void>,
  ): Promise<boolean>
  /** The account's assets whose metadata `fits` says so of. */
  assetsWith(accountId: string, fits: (metadata: UserMetadata) => boolean): Promise<ReadonlySet<string>>
  /** How many chunks are searched of an embedded bucket, by the model that embedded them. */
  chunkCounts(bucketId: number): Promise<ChunkCount[]>
  /** Absent where there are none. */
  index?: ChunkIndex
  close(): Promise<void>
}

/** A module that the thread imports, because a function cannot be sent to it. */
export interface LoaderModule {
  /** URL of a module that exports `openLoader`, which gets `settings` and returns a Loader or the promise of one. */
  url: string
  settings: unknown
}
