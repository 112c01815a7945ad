import { EmbedlineError } from '../../domain/errors.ts'

// Conditions of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html) that say nothing about the
// statement itself. A whole class where only the first two letters stand here.
const FULL = '53100'
const UNAVAILABLE: Readonly<Record<string, string>> = {
  '08': 'cannot be reached',
  '25P03': 'waited too long for this server',
  '28': 'does not let this server in',
  '3D000': 'is not there',
  '53': 'has too much to do',
  '55P03': 'has work that holds others up',
  '57014': 'takes too long',
  '57P': 'is being stopped or started',
  '58': 'had an error of its system',
  XX001: 'is damaged',
  XX002: 'is damaged',
}

/** A database that is started again, or taken over by another machine, is back after some seconds. */
const RETRY_AFTER_MS = 2_000

const RETRIED = new Set(['40001', '40P01', '55P03'])

/**
 * What a connection says that broke, was never there, or knows the tables as they were before somebody changed them; only
 * these words tell it from other errors.
 */
const BROKEN =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (has encountered|was closed)|Query read timeout|The server does not support SSL|Cannot use a pool after|cached plan must not change)/

/**
 * What to throw for what `pg` threw: `disk_full` or `storage_unavailable` when the server or the way to it is at fault,
 * otherwise the error itself (a broken constraint, a bug in a statement). `name` stands for the database in sentences.
 */
export function toDatabaseError(error: unknown, name: string): unknown {
  if (error instanceof EmbedlineError) return error
  const code = codeOf(error)
  if (code === FULL)
    return new EmbedlineError('disk_full', 'there is no space left for the database', { cause: error })
  const reason = isBroken(error) ? UNAVAILABLE['08'] : reasonOf(code)
  if (reason === undefined) return error
  return new EmbedlineError('storage_unavailable', `the database ${name} ${reason}`, {
    cause: error,
    retryAfterMs: RETRY_AFTER_MS,
  })
}

/** True when the transaction was rolled back for the sake of others: it goes through another time. */
export const isWorthAnotherTry = (error: unknown): boolean => RETRIED.has(codeOf(rootOf(error)) ?? '')

/** True when the connection is gone. */
export function isBroken(error: unknown): boolean {
  const root = rootOf(error)
  const code = codeOf(root)
  if (code?.startsWith('57P') || code?.startsWith('08')) return true
  if (root instanceof AggregateError) return root.errors.some(isBroken)
  return root instanceof Error && ('syscall' in root || BROKEN.test(root.message))
}

const rootOf = (error: unknown): unknown =>
  error instanceof EmbedlineError && error.cause !== undefined ? error.cause : error

const reasonOf = (code = ''): string | undefined =>
  UNAVAILABLE[code] ?? UNAVAILABLE[code.slice(0, 3)] ?? UNAVAILABLE[code.slice(0, 2)]

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
