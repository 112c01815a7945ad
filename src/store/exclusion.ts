import { makeKeyedMutex } from '../lib/keyedMutex.ts'

/** Work of which no other of the same name may run. */
export type Exclusive<T> = (held: AbortSignal) => Promise<T>

/** Keeps work apart that takes longer than a transaction, in this server and in all others on its database. */
export interface Exclusion {
  /**
   * Runs `work` while no other work of this name runs, as soon as that can be. `held` is aborted when others may run again
   * because the way to the database was lost: what cannot be taken back must not be done then. Throws
   * `storage_unavailable`.
   */
  exclusively: <T>(name: string, work: Exclusive<T>) => Promise<T>
  /** The same if nobody runs work of this name just now. False, and nothing was done, when somebody does. */
  ifFree: (name: string, work: Exclusive<void>) => Promise<boolean>
}

const NEVER = new AbortController().signal

/** For a database that nobody shares; the work of a name goes in the order of the calls. */
export function excludeHere(): Exclusion {
  const inOrder = makeKeyedMutex()
  const waiting = new Map<string, number>()
  async function exclusively<T>(name: string, work: Exclusive<T>): Promise<T> {
    waiting.set(name, (waiting.get(name) ?? 0) + 1)
    try {
      return await inOrder(name, () => work(NEVER))
    } finally {
      const left = (waiting.get(name) ?? 1) - 1
      if (left > 0) waiting.set(name, left)
      else waiting.delete(name)
    }
  }
  return {
    exclusively,
    async ifFree(name, work) {
      if (waiting.has(name)) return false
      await exclusively(name, work)
      return true
    },
  }
}
