import type { Opened } from '../lib/closing.ts'

/** An object as the store tells of it. */
export interface StoredObject {
  key: string
  sizeBytes: number
  modifiedMs: number
  /** Another one for another content. */
  etag: string
}

/**
 * All that buckets ask of an S3 store, by the names that it knows. Every call throws `storage_unavailable` when the store
 * cannot be used.
 */
export interface S3Store extends Opened {
  bucketNames(): Promise<string[]>
  hasBucket(bucket: string): Promise<boolean>
  /** Making one that is there is no error. Throws `request_invalid` for a name that somebody else has. */
  makeBucket(bucket: string): Promise<void>
  /** All objects whose keys come after `after`, as the store orders them. Throws `not_found` for a bucket that is not there. */
  objects(bucket: string, after: string): AsyncIterable<StoredObject>
  /** Undefined when it is not there. */
  head(bucket: string, key: string): Promise<StoredObject | undefined>
  /**
   * The bytes of an object, or those of a range, while it has that ETag; undefined when it has another one, or is not there.
   * The chunks throw `storage_unavailable`, with the reason `storage_changed` when it becomes another one. All of an object
   * whose ETag is its MD5 is compared with that before the last chunk.
   */
  read(
    bucket: string,
    key: string,
    options: {
      etag: string
      range?: { first: number; last: number } | undefined
      signal?: AbortSignal | undefined
    },
  ): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Makes an object of a file. Memory does not grow with it. */
  send(bucket: string, key: string, file: { path: string; sizeBytes: number }): Promise<void>
  remove(bucket: string, key: string): Promise<void>
}
