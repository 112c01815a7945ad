import { sql } from 'kysely'

/** To be selected of an embedding that is written or removed, with its space: how long its vector is. */
export const VECTOR_BYTES = sql<number>`length(vector)`.as('bytes')

/** How many vectors of a task there are more than before. */
export interface CountedVectors {
  space: string
  dimension: number
  count: number
}

interface Row {
  space: string
  bytes: number
}

/** Counts vectors by what they may be compared with. */
export interface VectorCounts {
  add(written: readonly Row[]): void
  subtract(removed: readonly Row[]): void
  /** Of each space and dimension that was told of, also when it has as many as before. */
  all(): CountedVectors[]
  /** Of all together. */
  total(): number
}

export function makeVectorCounts(): VectorCounts {
  const counts = new Map<string, CountedVectors>()
  const count = (rows: readonly Row[], step: number) => {
    for (const { space, bytes } of rows) {
      const name = `${bytes} ${space}`
      const known = counts.get(name)?.count ?? 0
      counts.set(name, { space, dimension: bytes / Float32Array.BYTES_PER_ELEMENT, count: known + step })
    }
  }
  return {
    add: (written) => count(written, 1),
    subtract: (removed) => count(removed, -1),
    all: () => [...counts.values()],
    total: () => counts.values().reduce((sum, each) => sum + each.count, 0),
  }
}
