/** Runs `work` while no other work of the same key runs; those who wait go in the order of their calls. */
export type KeyedMutex = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function makeKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
