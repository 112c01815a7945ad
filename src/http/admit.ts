import { kindOf, remainingOf, type RateKind, type RateState } from '../domain/rates.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Account } from '../domain/task.ts'
import { authenticate } from '../tasks/authenticate.ts'
import type { TaskParts } from '../tasks/parts.ts'

export interface Asking {
  key: string
  /** What one whose key is not valid is told. */
  message: string
  /** Writes how far the key is with its limits, whether or not the request is refused. */
  tell: (states: readonly RateState[], nowMs: number) => void
  /** It goes on with what was counted when it began. */
  isCounted?: boolean
}

/** Whoever a key belongs to, with the request counted. Throws `unauthorized`, `rate_limited`. */
export async function admit(
  parts: Pick<TaskParts, 'store' | 'usage' | 'clock'>,
  { key, message, tell, isCounted = false }: Asking,
): Promise<Account> {
  const account = await authenticate(parts, key)
  if (!account) throw new EmbedlineError('unauthorized', message)
  const { usage, clock } = parts
  if (!usage) return account
  try {
    if (!isCounted) usage.countRequest(account)
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
