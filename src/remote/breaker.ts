import { EmbedlineError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'

export interface BreakerParts {
  clock: Clock
  logger: Logger
  /** A number from 0 up to 1. */
  random: () => number
}

/**
 * Remembers whether a server is down, so that not everybody finds out for himself. Closed: requests go. Open: none
 * goes for a time that grows from one second to a minute, or as long as the server asks for. After that it is half
 * open: the first one that wants to send asks the server something harmless, and the others wait for what comes of it.
 */
export interface Breaker {
  /** Requests that failed since the last one that was answered, whoever sent them. */
  readonly failuresInARow: number
  /** False when it is closed: otherwise the server has to show first that it is there. */
  readonly isInDoubt: boolean
  /** Throws `remote_unavailable` with `retryAfterMs` while it is open. */
  refuseWhileOpen(): void
  countFailure(): void
  /** The server answered, if only by a refusal: closes. */
  answered(): void
  /** Opens, for at least `leastMs`, and returns the error for those who wanted something. */
  open(reason: string, leastMs?: number): EmbedlineError
}

const FIRST_OPEN_MS = 1_000
const LONGEST_OPEN_MS = 60_000

export function makeBreaker({ clock, logger, random }: BreakerParts): Breaker {
  let failuresInARow = 0
  let openings = 0
  let untilMs: number | undefined
  let why = ''

  const unavailable = (waitMs: number) =>
    new EmbedlineError('remote_unavailable', `The server of the remote model is not available: ${why}.`, {
      retryAfterMs: waitMs,
    })

  return {
    get failuresInARow() {
      return failuresInARow
    },
    get isInDoubt() {
      return untilMs !== undefined
    },
    refuseWhileOpen() {
      const waitMs = (untilMs ?? 0) - clock.nowMs()
      if (waitMs > 0) throw unavailable(waitMs)
    },
    countFailure() {
      failuresInARow++
    },
    answered() {
      failuresInARow = 0
      openings = 0
      if (untilMs !== undefined) logger.info('the remote model is back')
      untilMs = undefined
    },
    open(reason, leastMs = 0) {
      why = reason
      const nowMs = clock.nowMs()
      if (untilMs !== undefined && untilMs > nowMs) {
        // Requests that were sent before it opened still come back.
        untilMs = Math.max(untilMs, nowMs + leastMs)
        return unavailable(untilMs - nowMs)
      }
      const grownMs = Math.min(FIRST_OPEN_MS * 2 ** openings++, LONGEST_OPEN_MS) * (0.75 + random() / 2)
      const openMs = Math.round(Math.max(grownMs, leastMs))
      untilMs = nowMs + openMs
      logger.warn('the remote model is not available; what needs it waits', { reason, waitMs: openMs })
      return unavailable(openMs)
    },
  }
}
