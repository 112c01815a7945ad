import { EmbedlineError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { TextOutcome } from '../domain/remoteTexts.ts'
import type { Breaker } from './breaker.ts'
import type { Reply } from './reply.ts'
import type { SendTexts } from './request.ts'

export interface PersistParts {
  send: SendTexts
  breaker: Breaker
  clock: Clock
  /** A number from 0 up to 1. */
  random: () => number
  /** After so long no further attempt is made. */
  patienceMs: number
  /** Ends what nobody waits for when the server stops. */
  closing: AbortSignal
}

/**
 * Has texts embedded in one request, or in several where the server wants none of them together. Throws `aborted`, and
 * `remote_unavailable` with `retryAfterMs` while the server is down.
 */
export type EmbedBatch = (texts: readonly string[], signal: AbortSignal) => Promise<readonly TextOutcome[]>

const ATTEMPTS = 3
/** After so many requests in a row that failed, whoever sent them, it is asked at once whether the server is there. */
const FAILURES_IN_A_ROW = 5
const FIRST_BACKOFF_MS = 200
/** A server that wants more time is left alone for it. */
const LONGEST_NAP_MS = 2_000

/** Every model has a vector for it: when there is none, nothing is wrong with the texts of others. */
const HARMLESS = ['test']

export function makeEmbedBatch(parts: PersistParts): EmbedBatch {
  const { send, breaker, clock, closing } = parts
  let proof: Promise<Reply> | undefined

  /** What is learnt from a harmless text, once for all who want to know it. Throws when the server is down. */
  function prove(): Promise<Reply> {
    proof ??= sendHarmless().finally(() => (proof = undefined))
    return proof
  }

  async function sendHarmless(): Promise<Reply> {
    const reply = await send(HARMLESS, closing)
    if (reply.kind === 'failed') throw breaker.open(reply.reason, reply.retryAfterMs)
    breaker.answered()
    return reply
  }

  /** Tries a few times. A reply that failed is the fault of these texts: the server embeds others. */
  async function attempt(texts: readonly string[], signal: AbortSignal): Promise<Reply> {
    const startedMs = clock.nowMs()
    for (let attempts = 1; ; attempts++) {
      breaker.refuseWhileOpen()
      if (breaker.isInDoubt) await prove()
      const reply = await send(texts, signal)
      if (reply.kind !== 'failed') {
        breaker.answered()
        return reply
      }
      breaker.countFailure()
      const napMs = Math.max(reply.retryAfterMs ?? 0, backoffMs(attempts, parts.random()))
      const isLast =
        attempts === ATTEMPTS || clock.nowMs() - startedMs >= parts.patienceMs || napMs > LONGEST_NAP_MS
      if (isLast && reply.isOverload) throw breaker.open(reply.reason, reply.retryAfterMs)
      // It may have been found down meanwhile by others.
      breaker.refuseWhileOpen()
      if (isLast || breaker.failuresInARow >= FAILURES_IN_A_ROW) await prove()
      if (isLast) return reply
      await clock.sleep(napMs, signal)
      if (signal.aborted) throw new EmbedlineError('aborted', 'The work was stopped.')
    }
  }

  const embedBatch: EmbedBatch = async (texts, signal) => {
    const reply = await attempt(texts, signal)
    if (reply.kind === 'answered') return reply.outcomes
    if (texts.length > 1 && (await isAboutTexts(reply))) {
      const middle = texts.length >> 1
      const first = await embedBatch(texts.slice(0, middle), signal)
      return [...first, ...(await embedBatch(texts.slice(middle), signal))]
    }
    return texts.map(() => errorOf(reply))
  }

  return embedBatch

  /** A server that refuses every text is not asked about each of them. */
  async function isAboutTexts(reply: Exclude<Reply, { kind: 'answered' }>): Promise<boolean> {
    if (reply.kind === 'failed') return true
    return reply.isDivisible && (await prove()).kind === 'answered'
  }
}

/** Twice as long after each attempt, half less to half more by chance. */
const backoffMs = (attempts: number, chance: number): number =>
  Math.round(FIRST_BACKOFF_MS * 2 ** (attempts - 1) * (0.5 + chance))

const errorOf = (reply: Exclude<Reply, { kind: 'answered' }>): EmbedlineError =>
  reply.kind === 'refused'
    ? reply.error
    : new EmbedlineError(
        'remote_unavailable',
        `The server of the remote model does not embed this text, but others: ${reply.reason}.`,
      )
