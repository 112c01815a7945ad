/** Keeps results that cost more to make than to hold: those used last, up to a size in all. */
export interface ByteCache {
  /** What is kept under the key, or what `make` makes, which is kept from then on. What fails is not kept. */
  get(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>
}

export function makeByteCache(mostBytes: number): ByteCache {
  // In the order of use, the oldest first.
  const kept = new Map<string, Uint8Array>()
  let sizeBytes = 0

  function forget(key: string) {
    sizeBytes -= kept.get(key)?.length ?? 0
    kept.delete(key)
  }

  function keep(key: string, bytes: Uint8Array) {
    forget(key)
    kept.set(key, bytes)
    sizeBytes += bytes.length
    for (const oldest of kept.keys()) {
      if (sizeBytes <= mostBytes) return
      forget(oldest)
    }
  }

  return {
    async get(key, make) {
      const bytes = kept.get(key) ?? (await make())
      keep(key, bytes)
      return bytes
    },
  }
}
