import { setImmediate, setTimeout } from 'node:timers/promises'

/** Lets short requests go before the next unit of long work, in one process. */
export interface FirstLane {
  /** Runs a short request; long work that asks meanwhile waits for its end. */
  serve<T>(request: () => Promise<T>): Promise<T>
  /** Takes in the requests that have arrived, and returns when none is being served, or after `patienceMs`. */
  letPass(): Promise<void>
}

/** `patienceMs` bounds how long a stream of short requests that never ends can hold up one unit of long work. */
export function makeFirstLane(patienceMs = 5_000): FirstLane {
  let serving = 0
  let idle = Promise.withResolvers<void>()
  return {
    async serve(request) {
      serving++
      try {
        return await request()
      } finally {
        serving--
        if (serving === 0) {
          idle.resolve()
          idle = Promise.withResolvers<void>()
        }
      }
    },
    async letPass() {
      // Messages are read between two rounds of immediates: after one alone nothing new may have arrived.
      await setImmediate()
      await setImmediate()
      if (serving === 0) return
      const waiting = new AbortController()
      await Promise.race([
        idle.promise,
        setTimeout(patienceMs, undefined, { signal: waiting.signal }).catch(() => {}),
      ])
      waiting.abort()
    },
  }
}
