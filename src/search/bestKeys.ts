/** The best few keys of many, each as good as the best that was said of it. */
export interface BestKeys<Key> {
  /** What the worst of the best has; negative infinity until there are `limit` keys. */
  readonly least: number
  take(key: Key, value: number): void
}

/** At most `limit` keys, at least 1: a hundred or so, because each improvement looks through them. */
export function makeBestKeys<Key>(limit: number): BestKeys<Key> {
  const best = new Map<Key, number>()
  let least = Number.NEGATIVE_INFINITY
  let worst: Key | undefined

  function findWorst(): void {
    least = Number.POSITIVE_INFINITY
    for (const [key, value] of best) {
      if (value > least) continue
      least = value
      worst = key
    }
  }

  return {
    get least() {
      return least
    },
    take(key, value) {
      const known = best.get(key)
      // Written so that what is no number is never among the best.
      if (!(value > (known ?? least))) return
      if (known === undefined && best.size === limit) best.delete(worst as Key)
      best.set(key, value)
      if (best.size === limit) findWorst()
    },
  }
}
