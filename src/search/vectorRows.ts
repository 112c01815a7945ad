import type { IndexedChunk } from './loader.ts'
import { compareNeighbours, makeMatrix, type Matrix, type NearestOptions, type Neighbour } from './matrix.ts'

/** The vectors of a bucket, and the keys of its files. */
export interface VectorRows {
  readonly sizeBytes: number
  drop(fileIds: ReadonlySet<number>): void
  add(rows: readonly IndexedChunk[]): void
  /** The files whose keys `fits` says so of. */
  filesWith(fits: (key: string) => boolean): Set<number>
  nearest(query: Float32Array, limit: number, options: NearestOptions): Neighbour[]
  /** Those of the query's length; absent: there are none. */
  matrixOf(query: Float32Array): Matrix | undefined
  /** How near these chunks are; those that are not here are left out. */
  cosinesOf(query: Float32Array, chunks: readonly { fileId: number; ordinal: number }[]): Neighbour[]
}

/** About what a key and its place in a map take. */
const KEY_BYTES = 200

/**
 * Empty rows. All are of one model; should its vectors have had another length once, a query meets those of its own
 * only.
 */
export function makeVectorRows(): VectorRows {
  const matrices = new Map<number, Matrix>()
  const keys = new Map<number, string>()

  const matrixFor = (length: number): Matrix => {
    const matrix = matrices.get(length) ?? makeMatrix(length)
    matrices.set(length, matrix)
    return matrix
  }

  return {
    get sizeBytes() {
      const rows = [...matrices.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      return rows + keys.size * KEY_BYTES
    },

    drop(fileIds) {
      const held = new Set([...fileIds].filter((fileId) => keys.delete(fileId)))
      if (held.size > 0) for (const matrix of matrices.values()) matrix.remove(held)
    },

    add(rows) {
      for (const row of rows) {
        keys.set(row.fileId, row.key)
        matrixFor(row.vector.length).add(row, row.vector)
      }
    },

    filesWith(fits) {
      const files = new Set<number>()
      for (const [fileId, key] of keys) if (fits(key)) files.add(fileId)
      return files
    },

    matrixOf: (query) => matrices.get(query.length),

    nearest: (query, limit, options) => matrices.get(query.length)?.nearest(query, limit, options) ?? [],

    cosinesOf(query, chunks) {
      const wanted = new Map<number, Set<number>>()
      for (const { fileId, ordinal } of chunks)
        wanted.set(fileId, (wanted.get(fileId) ?? new Set()).add(ordinal))
      const isWanted = (fileId: number, ordinal: number) => wanted.get(fileId)?.has(ordinal) ?? false
      return matrices.get(query.length)?.cosines(query, isWanted).sort(compareNeighbours) ?? []
    },
  }
}
