import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import type { TaskParts } from './parts.ts'

/** After a failure, which may last, nothing is tried sooner again. */
const AGAIN_AFTER_MS = 5_000

interface Repetition {
  /** From the end of one time to the beginning of the next. */
  everyMs: number
  /** What the log says when a time fails. */
  failed: string
}

/** Does `work` at once and again and again. `close` aborts its signal and waits for what runs. */
export function startRepeating(
  { clock, logger }: Pick<TaskParts, 'clock' | 'logger'>,
  { everyMs, failed }: Repetition,
  work: (signal: AbortSignal) => Promise<unknown>,
): Opened {
  const stopping = new AbortController()
  const { signal } = stopping
  const repeating = repeat()

  async function repeat(): Promise<void> {
    while (!signal.aborted) {
      let waitMs = everyMs
      try {
        await work(signal)
      } catch (error) {
        // What is cut off by the end goes on with the next start.
        if (signal.aborted) return
        logFailure(logger, failed, error)
        waitMs = Math.max(everyMs, AGAIN_AFTER_MS)
      }
      await clock.sleep(waitMs, signal)
    }
  }

  return {
    async close() {
      stopping.abort()
      await repeating
    },
  }
}

/** Logs a failure that nobody waits for: a database or a store that is away is a warning, anything else an error. */
export function logFailure(
  logger: Pick<TaskParts['logger'], 'warn' | 'error'>,
  message: string,
  error: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  logger[isAway(error) ? 'warn' : 'error'](message, { error, ...fields })
}

/** The database or the store cannot be used at the moment. */
export const isAway = (error: unknown): boolean =>
  error instanceof EmbedlineError && error.code === 'storage_unavailable'
