import type { Opened } from '../../lib/closing.ts'
import type { Used } from '../../store/usage.ts'

/** What is counted together: of one key and one rate, in the stretch of time that began at `startMs`. */
export type CounterName = Pick<Used, 'keyId' | 'rate' | 'startMs'>

export interface Addition extends CounterName {
  amount: number
  /** Nothing is added once so much was used. Absent: it is added whatever was used. */
  limit?: number
}

export interface Counters extends Opened {
  /** What was used of each. */
  used(names: readonly CounterName[]): Promise<number[]>
  /** Adds to all of them. False, and nothing is added to any, when one has reached its limit. */
  add(additions: readonly Addition[]): Promise<boolean>
}
