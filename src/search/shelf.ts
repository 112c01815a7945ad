/** Things that are held while there is memory for them. */
export interface Shelf<T> {
  /** The thing of a key, which is made when it is not there; it is now the last one that was used. */
  take(key: string, make: () => T): T
  drop(key: string): void
  /** Drops what was not used for longest until the rest fits, but never what was used last. */
  trim(): void
}

export function makeShelf<T extends { readonly sizeBytes: number }>(memoryBytes: number): Shelf<T> {
  const things = new Map<string, T>()
  return {
    take(key, make) {
      const thing = things.get(key) ?? make()
      // Put in again, so that the first one is always the one not used for longest.
      things.delete(key)
      things.set(key, thing)
      return thing
    },
    drop: (key) => void things.delete(key),
    trim() {
      let sizeBytes = 0
      for (const thing of things.values()) sizeBytes += thing.sizeBytes
      for (const [key, thing] of things) {
        if (sizeBytes <= memoryBytes || things.size === 1) return
        things.delete(key)
        sizeBytes -= thing.sizeBytes
      }
    },
  }
}
