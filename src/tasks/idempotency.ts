import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import { keepAnswer, readAnswer, removeAnswers, type KeptAnswer } from '../store/idempotency.ts'
import type { TaskParts } from './parts.ts'

/** A create that its caller may send again, named by a key of the caller's choice. */
export interface KeyedRequest {
  key: string
  method: string
  /** As it was sent, with the query. */
  path: string
  /** SHA-256 of the raw body, hex. */
  bodyHash: string
}

/** An answer as it was sent: the body byte by byte, in UTF-8. */
export interface StoredAnswer {
  status: number
  body: string
}

/** What a verb needs to keep its answer together with what it creates. */
export interface Idempotency<Created> extends KeyedRequest {
  answer: (created: Created) => StoredAnswer
}

/** How long an answer is given again. Source: the published rules of the contract that has such keys. */
export const ANSWERS_KEPT_MS = 24 * 3_600_000

const ROWS_A_TRANSACTION = 500

/**
 * What was answered when this request came first; undefined when it did not come yet, or failed. Asked before the
 * create, which keeps its own answer. Throws `idempotency_mismatch` when the key came with another body.
 */
export async function storedAnswer(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  accountId: string,
  request: KeyedRequest,
): Promise<StoredAnswer | undefined> {
  const { key, method, path } = request
  const found = await readAnswer(
    parts.store.read,
    { accountId, method, path, key },
    parts.clock.nowMs() - ANSWERS_KEPT_MS,
  )
  if (!found) return undefined
  if (found.bodyHash !== request.bodyHash) throw mismatch(key)
  return { status: found.status, body: found.body }
}

/**
 * Keeps the answer in the transaction that creates. Throws, so that nothing is created: `idempotency_in_flight` when
 * the same request was answered since `storedAnswer` was asked, `idempotency_mismatch` when another one was.
 */
export async function rememberAnswer<Created>(
  db: Db,
  accountId: string,
  request: Idempotency<Created> | undefined,
  created: Created,
  nowMs: number,
): Promise<void> {
  if (!request) return
  const { key, method, path, bodyHash } = request
  const names = { accountId, method, path, key }
  const keptAfterMs = nowMs - ANSWERS_KEPT_MS
  const kept: KeptAnswer = { bodyHash, ...request.answer(created) }
  if (await keepAnswer(db, names, { ...kept, nowMs, keptAfterMs })) return
  const found = await readAnswer(db, names, keptAfterMs)
  throw found === undefined || found.bodyHash === bodyHash ? inFlight(key) : mismatch(key)
}

/** Removes the answers that are not given again any more. */
export async function forgetAnswers(parts: Pick<TaskParts, 'store' | 'clock'>): Promise<void> {
  const untilMs = parts.clock.nowMs() - ANSWERS_KEPT_MS
  let removed
  do removed = await parts.store.write((db) => removeAnswers(db, untilMs, ROWS_A_TRANSACTION))
  while (removed === ROWS_A_TRANSACTION)
}

const mismatch = (key: string) =>
  new EmbedlineError('idempotency_mismatch', `The key ${key} was used for another request.`)

const inFlight = (key: string) =>
  new EmbedlineError('idempotency_in_flight', `The request with the key ${key} is being worked on.`)
