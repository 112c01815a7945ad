import { setImmediate } from 'node:timers/promises'

/** A computation that yields at least every few milliseconds and ends with its result. */
export type Steps<T> = Generator<void, T, void>

export interface TurnOptions {
  /** How long one call computes before it lets the event loop go on. */
  sliceMs?: number
  nowMs?: () => number
}

/**
 * Runs computations so that the event loop is never held for much longer than `sliceMs`, however many of them run at
 * once: in each round of the loop only one of them computes, and they take turns in the order of their asking.
 */
export function makeTurns({ sliceMs = 5, nowMs = () => performance.now() }: TurnOptions = {}) {
  let last: Promise<void> = Promise.resolve()
  // All immediates that wait together run in one round, so each is asked for only when the one before has run.
  const nextTurn = () => (last = last.then(() => setImmediate()))

  return async <T>(steps: Steps<T>): Promise<T> => {
    for (;;) {
      await nextTurn()
      const untilMs = nowMs() + sliceMs
      do {
        const step = steps.next()
        if (step.done === true) return step.value
      } while (nowMs() < untilMs)
    }
  }
}

/** Runs a computation to its end without pause. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
