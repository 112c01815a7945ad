import { kindOf, remainingOf, type RateKind, type RateState } from '../domain/rates.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { holds, meaningOfScope, type Scope } from '../domain/scopes.ts'
import type { Account } from '../domain/task.ts'
import { authenticate } from '../tasks/authenticate.ts'
import type { TaskParts } from '../tasks/parts.ts'
import type { Method } from './otherMethods.ts'

export interface Asking {
  key: string
  /** What one whose key is not valid is told. */
  message: string
  /** What it must be able to do. */
  scope: Scope
  /** Writes how far the key is with its limits, whether or not the request is refused. */
  tell: (states: readonly RateState[], nowMs: number) => void
  /** It goes on with what was counted when it began. */
  isCounted?: boolean
}

/**
 * Whoever a key belongs to, with the request counted. Throws `unauthorized` for a key that is not valid, `rate_limited`,
 * and `forbidden` for a key that may not do what is asked for.
 */
export async function admit(
  parts: Pick<TaskParts, 'store' | 'usage' | 'clock' | 'logger'>,
  { key, message, scope, tell, isCounted = false }: Asking,
): Promise<Account> {
  const account = await authenticate(parts, key, message)
  const { usage, clock } = parts
  try {
    if (!isCounted) await usage?.countRequest(account)
  } finally {
    if (usage) tell(await usage.states(account), clock.nowMs())
  }
  checkScope(account, scope)
  return account
}

/** What a route asks for: as it says, or else by its method. */
export const scopeOf = ({ method, scope }: { method: Method; scope?: Scope }): Scope =>
  scope ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'write')

/** Whether the key that an account came with may do what asks for this scope. */
export const may = ({ scopes = [] }: Account, scope: Scope): boolean => holds(scopes, scope)

function checkScope(account: Account, scope: Scope): void {
  if (may(account, scope)) return
  const { scopes = [] } = account
  const held = scopes.length === 0 ? 'none' : scopes.join(', ')
  throw new EmbedlineError(
    'forbidden',
    `This needs a key with the scope ${scope}, which ${meaningOfScope(scope)}; this key has ${held}.`,
    { reason: `scope_${scope}` },
  )
}

/** Of the limits of a kind, the one of which the least is left. */
export const tightest = (states: readonly RateState[], kind: RateKind): RateState | undefined =>
  states
    .filter(({ rate }) => kindOf(rate) === kind)
    .toSorted((one, other) => remainingOf(one) - remainingOf(other) || other.endMs - one.endMs)[0]
