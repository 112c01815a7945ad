import type { Clock } from './clock.ts'

/** A sleep that can be cut short. A wake-up that comes while nobody sleeps is kept for the next sleep. */
export interface Nap {
  sleep(ms: number): Promise<void>
  wake(): void
}

export function makeNap(clock: Clock): Nap {
  let waking = new AbortController()
  return {
    async sleep(ms) {
      await clock.sleep(ms, waking.signal)
      waking = new AbortController()
    },
    // With a word of ours: the usual reason is an error with a stack, which is dear at a thousand wake-ups a second.
    wake: () => waking.abort('awake'),
  }
}
