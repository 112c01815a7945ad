import type { VectorRow } from './vectorRow.ts'

/** Writes rows into a file that has a name of its own until it is whole. */
export interface FormatWriter {
  write(rows: readonly VectorRow[]): Promise<void>
  /** Everything is in the file, and it is closed. */
  finish(): Promise<void>
  /** Closes and removes what else than the file itself was opened. */
  abandon(): Promise<void>
}
