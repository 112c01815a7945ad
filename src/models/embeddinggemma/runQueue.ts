import { setImmediate } from 'node:timers/promises'

/** Runs one thing at a time, in the order of their asking. */
export type RunQueue = <T>(run: () => Promise<T>) => Promise<T>

/**
 * A run of the model holds the event loop until its end. After each, the loop goes round before the one that asked
 * hears of the result: so what arrived meanwhile asks before the same caller asks again, and waits for no other run.
 */
export function makeRunQueue(): RunQueue {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(run: () => Promise<T>) => {
    const result = last.then(async () => {
      try {
        return await run()
      } finally {
        // Messages are read between two rounds of immediates: after one alone nothing new may have arrived.
        await setImmediate()
        await setImmediate()
      }
    })
    last = result.catch(() => {})
    return result
  }
}
