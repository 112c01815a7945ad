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

/** What has changed in a bucket since a version. */
export interface LoadedChanges {
  /** What one holds when all of it is taken in. */
  version: number
  /** Files of which nothing that is held counts any more: they are gone, or their chunks come anew. */
  dropped: readonly number[]
  pages: Iterable<readonly LoadedRow[]>
}

/** Where the search thread reads chunks; written for what it needs, `src/store` fits. */
export interface Loader {
  /**
   * Hands what has changed in a bucket since a version (0: all of it) to `take`, all of one moment, with the chunks of
   * one model only. False, and `take` is not called, when there is no such bucket. One call at a time.
   */
  changes(
    source: ChunkSource,
    sinceVersion: number,
    take: (changes: LoadedChanges) => Promise<void>,
  ): Promise<boolean>
  close(): void
}

/** A module that the thread imports, because a function cannot be sent to it. */
export interface LoaderModule {
  /** URL of a module that exports `openLoader`, which gets `settings` and returns a Loader. */
  url: string
  settings: unknown
}
