import { setTimeout as sleep } from 'node:timers/promises'
import { asStoreFailure, mayGoRight } from './failure.ts'

/** How often is tried what may go right the next time, and how long the pauses are. */
export interface Pace {
  attempts: number
  firstPauseMs: number
  longestPauseMs: number
  /** A number from 0 up to 1. */
  random: () => number
}

export const PACE: Omit<Pace, 'random'> = { attempts: 6, firstPauseMs: 100, longestPauseMs: 5_000 }

/** Waits before attempt `failures + 1`: longer each time, and not as long as the others who failed at the same moment. */
export async function pause(pace: Pace, failures: number, signal?: AbortSignal): Promise<void> {
  const most = Math.min(pace.longestPauseMs, pace.firstPauseMs * 2 ** (failures - 1))
  await sleep(most * (0.5 + pace.random() / 2), undefined, signal && { signal })
}

/** Runs `work` until it goes right, or fails for good. Throws as `work` does. */
export async function retrying<T>(pace: Pace, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (failure) {
      if (failures >= pace.attempts || !mayGoRight(failure)) throw failure
      await pause(pace, failures, signal)
    }
  }
}

/** What comes of talking to the store. Throws failures of the closed list. */
export async function ofStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (failure) {
    throw asStoreFailure(failure)
  }
}
