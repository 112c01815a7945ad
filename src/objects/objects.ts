import type { Readable } from 'node:stream'
import type { MostBytes } from '../domain/limitFacts.ts'

/** Bytes on their way in: hashed while they are written, not yet anybody's. */
export interface Upload {
  /** How much is there. */
  readonly sizeBytes: number
  /** Throws `too_large` past the limit, `disk_full` when there is no space left. */
  write(chunk: Uint8Array): Promise<void>
  /** Ends the bytes: flushed to the disk, still at a temporary place. */
  finish(): Promise<ReceivedBytes>
  /** Removes what came so far. May be called at any time, also after `finish` or twice. */
  abandon(): Promise<void>
  /** Forgets what came so far, to begin anew. */
  restart(): Promise<void>
}

/** Bytes that take long to come: what is flushed survives this process, under a name. */
export interface LongUpload extends Upload {
  /** When this returns, `sizeBytes` bytes survive the machine too. */
  flush(): Promise<void>
  /** Ends the writing here and leaves the bytes for `resume`. Nothing can be written any more; `abandon` does nothing. */
  leave(): Promise<void>
}

/** A finished upload at a temporary place, to be kept by `Objects.keep` or dropped by `abandon`. */
export interface ReceivedBytes {
  /** SHA-256, hex. */
  hash: string
  sizeBytes: number
  temporaryPath: string
}

/** A part of a file on its way in; it is written to its place in the file. */
export interface PartUpload {
  /** Throws `too_large` past the size of the part, and then writes nothing; `disk_full` when there is no space left. */
  write(chunk: Uint8Array): Promise<void>
  /** When this returns, what was written survives the machine. The MD5 in hex, as S3 has it in ETags. */
  finish(): Promise<{ sizeBytes: number; md5: string }>
  /** To be called at the end, whatever happened. */
  close(): Promise<void>
}

/** Where a part of a file belongs. */
export interface PartPlace {
  /** From 1, in the order of the file. */
  number: number
  offset: number
  sizeBytes: number
}

/** Where the bytes lie below a folder, or below the prefix of a bucket. */
export const placeOf = (accountId: string, hash: string): string => `${accountId}/${hash.slice(0, 2)}/${hash}`

/** What the parts of a file were when they came. */
export interface SentParts {
  /** Of every part but the last one, which may be smaller. */
  partBytes: number
  /** Of each part in their order, hex. */
  md5s: readonly string[]
}

/** Some of the bytes, by the offsets of the first and the last one. */
export interface StoredRange {
  first: number
  last: number
  /** Their SHA-256, hex, if it is known. */
  hash?: string | undefined
}

/** Where the bytes of assets and task inputs lie: once per account and content. */
export interface Objects {
  /** Opens a place for so many bytes at most. Throws `disk_full` while no new work is taken. */
  receive(most: MostBytes): Promise<Upload>
  /**
   * Opens a place for bytes of at most `limitBytes` that go on from an earlier time, of which the first `keepBytes` are
   * kept; if they are not there, or fewer, it is empty. Whoever had the name open before can write no more.
   */
  resume(name: string, options: { limitBytes: MostBytes; keepBytes: number }): Promise<LongUpload>
  /**
   * Opens a part of a file whose parts come in any order, under a name as that of `resume`. Two that write the same part
   * at once spoil it. Throws `disk_full`.
   */
  openPart(name: string, place: PartPlace): Promise<PartUpload>
  /**
   * The SHA-256, hex, of a file of so many bytes whose parts are all there. Memory does not grow with it. What comes over
   * a network is compared with what was sent, where that is told. Throws `input_missing` when it is not whole,
   * `storage_unavailable` when it is not what was sent, and `aborted`.
   */
  hashParts(name: string, sizeBytes: number, signal: AbortSignal, sent?: SentParts): Promise<string>
  /** Moves a file whose parts are all there to its place, durably; moving it again is no error. Throws `input_missing`. */
  keepParts(name: string, accountId: string, hash: string): Promise<void>
  /** Throws `disk_full` when so many more bytes would not fit. */
  checkSpace(sizeBytes: number): Promise<void>
  /** The names under which something was left, or is being written. */
  unfinished(): Promise<readonly string[]>
  /** Removes what was left under a name, also while it is being written. */
  forget(name: string): Promise<void>
  /** Moves finished bytes to their place, durably; keeping the same content twice is no error. Throws `disk_full`. */
  keep(accountId: string, received: ReceivedBytes): Promise<void>
  /**
   * Reads the bytes, or those of a range. What comes over a network is compared with its SHA-256 (a range only when its
   * own is told) before the last of it is handed out: it never ends well with other bytes than were stored. Throws
   * `not_found`, and `storage_unavailable` before the first byte or in the middle.
   */
  open(accountId: string, hash: string, range?: StoredRange): Promise<Readable>
  /**
   * Has the bytes in a file of this machine while `use` runs, for programs that read files. They may have to come from
   * elsewhere first, once for all who want them at a time. Throws `not_found` and `aborted`, and what `use` throws.
   */
  useFile<T>(
    bytes: { accountId: string; hash: string },
    signal: AbortSignal | undefined,
    use: (path: string) => Promise<T>,
  ): Promise<T>
  /** Hashes of files that `useFile` need not fetch, those used last at the end. Undefined: it never fetches. */
  inputsHere(): readonly string[] | undefined
  /** Undefined when they are not here. */
  sizeOf(accountId: string, hash: string): Promise<number | undefined>
  /**
   * Removes the bytes; removing what is not there is no error. Once `signal` is aborted it is not tried again, and throws: they
   * may be there or not.
   */
  remove(accountId: string, hash: string, signal?: AbortSignal): Promise<void>
  /** All that is kept, for whoever compares it with the rows. */
  list(): AsyncIterable<{ accountId: string; hash: string }>
  /** Removes what processes that were killed left where `list` and `unfinished` do not see it. */
  removeAbandoned(): Promise<void>
}
