import type { CatalogueEntry } from './catalogue.ts'
import type { ExpectedFile, FileHashes } from './hashFile.ts'

/** Where the files of a model are taken from. */
export interface Source {
  /** What the pins of its files name: the host of a hub, or `folder`. */
  origin: string
  /** What it has of a model, by names as in the repository; names that no model has may be missing. */
  list(entry: CatalogueEntry, signal: AbortSignal): Promise<ReadonlyMap<string, ExpectedFile>>
  /**
   * Puts a whole file at `path`, whose folder exists; what an earlier attempt left there may be gone on from. Throws
   * `model_damaged` when the bytes are not those expected; they are not kept then.
   */
  fetch(entry: CatalogueEntry, name: string, fetching: Fetching): Promise<FileHashes>
}

export interface Fetching {
  path: string
  expected: ExpectedFile
  signal: AbortSignal
  /** Is told how much of the file is there, which may become less. */
  onSize: (sizeBytes: number) => void
  /** Is told why it has to wait before it tries again, and how long. */
  onSetback: (reason: string, waitMs: number) => void
}
