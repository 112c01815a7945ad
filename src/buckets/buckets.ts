import type { Readable } from 'node:stream'

/** What a listing says of an object. */
export interface BucketObject {
  key: string
  sizeBytes: number
  /** Milliseconds since 1970. */
  modifiedMs: number
  /** Another one when the content may have changed. */
  changeToken: string
}

export interface OpenedObject extends BucketObject {
  /** The bytes; whoever opened the object reads to the end or destroys it. Fails with `file_changed`. */
  stream: Readable
}

/** Some bytes of an object, by the offsets of the first and the last one. */
export interface ByteRange {
  first: number
  last: number
}

/**
 * The operator's storage: named buckets of objects, which the server reads and others may change at any time. An
 * account sees the buckets below its own root only; accounts may share one. Keys are any text of the rules in `key.ts`.
 *
 * Every call that names a bucket or an object of which there is none throws `not_found` where it does not say
 * otherwise, a key against the rules throws `request_invalid`, storage that cannot be used `storage_unavailable`.
 */
export interface Buckets {
  /** The names of all buckets, sorted. */
  list(account: string): Promise<string[]>
  /** False also for a name that no bucket can have. */
  exists(account: string, bucket: string): Promise<boolean>
  /** Makes an empty bucket; false when it is there. Throws `request_invalid` for a name that no bucket can have. */
  make(account: string, bucket: string): Promise<boolean>
  /**
   * The objects in the order of the UTF-8 bytes of their keys, those after `after`, which need not be there itself.
   * What is there during the whole listing comes exactly once; what comes or goes meanwhile may be in it or not.
   */
  objects(
    account: string,
    bucket: string,
    options?: { after?: string | undefined },
  ): AsyncIterable<BucketObject>
  /** What a listing would say of one object now; undefined when it is not there. */
  stat(account: string, bucket: string, key: string): Promise<BucketObject | undefined>
  /**
   * Opens an object for reading. All bytes are those of the change token: if they changed meanwhile, the stream ends
   * in `file_changed` instead of its end. An object that is replaced or removed as a whole is read to its old end.
   * With a range, the stream has only its bytes, as far as they are there.
   */
  open(account: string, bucket: string, key: string, range?: ByteRange): Promise<OpenedObject>
  /**
   * Has the object in a file of this machine while `use` runs, for programs that read files; false when it is not there.
   * Its bytes may have to come from elsewhere first: throws `file_changed` when they change meanwhile, `aborted`, and what
   * `use` throws.
   */
  useFile(
    account: string,
    bucket: string,
    key: string,
    signal: AbortSignal | undefined,
    use: (object: BucketObject & { path: string }) => Promise<void>,
  ): Promise<boolean>
  /**
   * Writes an object, durably and as a whole: a listing or reader sees the old one or the new one, and the old one when
   * `bytes` fails. Makes the bucket when there is none. Throws `request_invalid` for a name that no bucket can have,
   * `disk_full`.
   */
  put(account: string, bucket: string, key: string, bytes: AsyncIterable<Uint8Array>): Promise<BucketObject>
  /** Removes an object; false when it is not there. */
  remove(account: string, bucket: string, key: string): Promise<boolean>
}
