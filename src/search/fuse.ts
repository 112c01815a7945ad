/** Damps the difference between the first ranks (Cormack, Clarke and Büttcher 2009). */
const RANK_OFFSET = 60

/** A list with its best item first, and how much it counts. */
export interface Ranking<T> {
  items: readonly T[]
  weight: number
}

/** An item of one or more rankings: the sum of weight / (60 + rank) over them, with ranks from 1. */
export interface Fused<T> {
  item: T
  score: number
}

/**
 * Reciprocal rank fusion: joins rankings whose scores mean different things. `idOf` says which items are the same; of
 * equal scores the one that comes first in an earlier ranking is first.
 */
export function fuse<T>(rankings: readonly Ranking<T>[], idOf: (item: T) => string): Fused<T>[] {
  const fused = new Map<string, Fused<T>>()
  for (const { items, weight } of rankings) {
    for (const [index, item] of items.entries()) {
      const score = weight / (RANK_OFFSET + index + 1)
      const known = fused.get(idOf(item))
      if (known) known.score += score
      else fused.set(idOf(item), { item, score })
    }
  }
  return [...fused.values()].sort((one, other) => other.score - one.score)
}
