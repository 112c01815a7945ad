import { kindOf, remainingOf, type RateKind, type RateState } from '../domain/rates.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Account } from '../domain/task.ts'
import { authenticate } from '../tasks/authenticate.ts'
import type { TaskParts } from '../tasks/parts.ts'

/** Writes how far a key is with its limits. */
export type TellRates = (states: readonly RateState[], nowMs: number) => void

/**
 * Whoever a key belongs to, with the request counted; `tell` is called whether or not it is refused. Throws `unauthorized`
 * with `message` for a key that is not valid, and `rate_limited`.
 */
export async function admit(
  parts: Pick<TaskParts, 'store' | 'usage' | 'clock'>,
  key: string,
  message: string,
  tell: TellRates,
): Promise<Account> {
  const account = await authenticate(parts, key)
  if (!account) throw new EmbedlineError('unauthorized', message)
  const { usage, clock } = parts
  if (!usage) return account
  try {
    usage.countRequest(account)
  } finally {
    tell(usage.states(account), clock.nowMs())
  }
  return account
}

/** Of the limits of a kind, the one of which the least is left. */
export const tightest = (states: readonly RateState[], kind: RateKind): RateState | undefined =>
  states
    .filter(({ rate }) => kindOf(rate) === kind)
    .toSorted((one, other) => remainingOf(one) - remainingOf(other) || other.endMs - one.endMs)[0]
