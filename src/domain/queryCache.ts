import type { ModelPin } from './model.ts'

/** The vectors of queries that were embedded lately; the one not used for longest is forgotten first. */
export interface QueryCache {
  readonly size: number
  get(model: ModelPin, query: string): Float32Array | undefined
  set(model: ModelPin, query: string, vector: Float32Array): void
}

/** Holds at most `capacity` queries. Vectors are copied on the way in and out, so that nobody changes a kept one. */
export function makeQueryCache(capacity: number): QueryCache {
  // A Map remembers the order of insertion: the first key is the one that was not used for longest.
  const kept = new Map<string, Float32Array>()
  const keyOf = ({ id, revision }: ModelPin, query: string) => JSON.stringify([id, revision, query])
  return {
    get size() {
      return kept.size
    },
    get(model, query) {
      const key = keyOf(model, query)
      const vector = kept.get(key)
      if (!vector) return undefined
      kept.delete(key)
      kept.set(key, vector)
      return vector.slice()
    },
    set(model, query, vector) {
      const key = keyOf(model, query)
      kept.delete(key)
      kept.set(key, vector.slice())
      const [oldest] = kept.keys()
      if (kept.size > capacity && oldest !== undefined) kept.delete(oldest)
    },
  }
}
