import type { EmbedlineError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import { stopped } from './hashFile.ts'

/** What went wrong with an attempt. */
export interface Setback {
  failure: EmbedlineError
  /** As the other side asks. */
  waitMs?: number
  /** True when the attempt brought something that the next one goes on from. */
  hasProgressed?: boolean
}

export interface Patience {
  clock: Clock
  /** A number from 0 up to 1. */
  random: () => number
  signal: AbortSignal
  onSetback: (reason: string, waitMs: number) => void
}

/** So many attempts in a row may bring nothing. */
const ATTEMPTS = 6
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** Whoever asks for more than this is asked again by the user, not by us. */
const LONGEST_ASKED_MS = 300_000

/**
 * Repeats an attempt while its failure is one that may pass, with growing pauses (half of each left to chance), or as
 * long as the other side asks. Throws the last failure, and `aborted` when `signal` is.
 */
export async function keepTrying<T>(
  attempt: () => Promise<{ value: T } | Setback>,
  { clock, random, signal, onSetback }: Patience,
): Promise<T> {
  for (let failures = 0; ;) {
    const outcome = await attempt()
    if ('value' in outcome) return outcome.value
    if (signal.aborted) throw stopped()
    failures = outcome.hasProgressed === true ? 1 : failures + 1
    const { failure } = outcome
    const growing = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS)
    const waitMs = outcome.waitMs ?? Math.round(growing * (0.5 + random() / 2))
    if (!failure.retryable || failures >= ATTEMPTS || waitMs > LONGEST_ASKED_MS) throw failure
    onSetback(failure.message, waitMs)
    await clock.sleep(waitMs, signal)
    if (signal.aborted) throw stopped()
  }
}
