import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type Signal = (typeof SIGNALS)[number]

/** Waits for a request to end. */
export interface Waiting {
  /** Resolves with the first signal. */
  first: Promise<Signal>
  /** Aborted by the first signal. */
  signal: AbortSignal
  /** Gives the signals back to Node, which ends the process by them. */
  dispose(): void
}

/**
 * From now on SIGINT, SIGTERM and SIGHUP do not end the process: the first one is told to whoever waits, so that it
 * can close in order; the second one exits at once with 128 + its number.
 */
export function untilSignal(): Waiting {
  const asked = new AbortController()
  const { promise, resolve } = Promise.withResolvers<Signal>()
  const receive = (signal: Signal) => {
    if (asked.signal.aborted) process.exit(exitCodeOf(signal))
    asked.abort()
    resolve(signal)
  }
  for (const signal of SIGNALS) process.on(signal, receive)
  return {
    first: promise,
    signal: asked.signal,
    dispose() {
      for (const signal of SIGNALS) process.removeListener(signal, receive)
    },
  }
}

/** What a shell expects of a process that a signal ended. */
export const exitCodeOf = (signal: Signal): number => 128 + constants.signals[signal]
