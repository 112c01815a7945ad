import { EmbedlineError } from '../domain/errors.ts'
import type { Reply } from './reply.ts'
import { retryAfterMs } from './retryAfter.ts'
import { saysTooLong, serverWords } from './serverWords.ts'

export interface Refused {
  status: number
  /** The header as it came. */
  retryAfter: string | undefined
  body: string
}

export interface RefusalParts {
  /** So that it is never repeated. */
  key: string | undefined
  /** How many texts were sent. */
  count: number
  nowMs: number
}

const OVERLOADED = new Set([429, 503])
const TRY_AGAIN = new Set([408, 425, 429])
const WRONG_KEY = new Set([401, 403])
/** What is wrong may be one text among several. */
const ABOUT_TEXTS = new Set([400, 413, 422])
const TOO_LARGE = 413

/** What an answer means that is not a success. */
export function readRefusal({ status, retryAfter, body }: Refused, parts: RefusalParts): Reply {
  const words = serverWords(body, parts.key)
  const isFailure = status >= 500 || TRY_AGAIN.has(status)
  // Some servers say with a 500 that a text is too long.
  const isTooLong = (status === TOO_LARGE || saysTooLong(words)) && !OVERLOADED.has(status)
  if (isFailure && !isTooLong) {
    const waitMs = retryAfterMs(retryAfter, parts.nowMs)
    return {
      kind: 'failed',
      reason: `it answers ${status}${words === '' ? '' : `: ${words}`}`,
      isOverload: OVERLOADED.has(status) || waitMs !== undefined,
      ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    }
  }
  return {
    kind: 'refused',
    error: isTooLong && parts.count === 1 ? tooLong(words) : refused(status, words),
    isDivisible: isTooLong || ABOUT_TEXTS.has(status),
  }
}

const tooLong = (words: string) =>
  new EmbedlineError(
    'text_too_long',
    `The text is longer than the remote model takes${words === '' ? '.' : `: ${words}`}`,
  )

const refused = (status: number, words: string) =>
  new EmbedlineError('remote_refused', `The server of the remote model ${complaint(status, words)}`)

function complaint(status: number, words: string): string {
  // Whoever refuses a key may repeat a part of it.
  if (WRONG_KEY.has(status)) return `does not accept our key (${status}).`
  if (status >= 300 && status < 400) return `sends us elsewhere (${status}), where our key does not go.`
  return `refuses this (${status})${words === '' ? '.' : `: ${words}`}`
}
