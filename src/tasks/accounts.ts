import { EmbedlineError } from '../domain/errors.ts'
import { QUOTA_NAMES, type Quota, type Quotas } from '../domain/quotas.ts'
import type { Account } from '../domain/task.ts'
import { addAccount, findAccount, setQuotas, type AccountEntry } from '../store/accounts.ts'
import { isOperator } from './keys.ts'
import { lockRow } from '../store/locks.ts'
import type { TaskParts } from './parts.ts'

/** Quotas to set; null takes one away, what is undefined stays. */
export type QuotaChange = Partial<Record<Quota, number | null | undefined>>

/** Makes an account of that name. Throws `request_invalid` when there is one. */
export async function createAccount(
  parts: Pick<TaskParts, 'store' | 'clock' | 'ids'>,
  { name, quotas }: { name: string; quotas: QuotaChange },
): Promise<AccountEntry> {
  return parts.store.write(async (db) => {
    const account = {
      id: parts.ids.objectId(),
      userId: parts.ids.uuid(),
      name,
      quotas: changed({}, quotas),
      nowMs: parts.clock.nowMs(),
    }
    if (!(await addAccount(db, account)))
      throw new EmbedlineError('request_invalid', `There is an account ${name} already.`, { field: 'name' })
    return (await findAccount(db, account.id)) ?? unknownAccount(name)
  })
}

/** Changes the quotas of an account, given by id or name. Throws `not_found`. */
export async function changeQuotas(
  parts: Pick<TaskParts, 'store'>,
  idOrName: string,
  change: QuotaChange,
): Promise<AccountEntry> {
  const { id } = await showAccount(parts, idOrName)
  return parts.store.write(async (db) => {
    await lockRow(db, 'account', id)
    const account = (await findAccount(db, id)) ?? unknownAccount(idOrName)
    const quotas = changed(account.quotas, change)
    await setQuotas(db, account.id, quotas)
    return { ...account, quotas }
  })
}

/** The account, given by id or name. Throws `not_found`. */
export const showAccount = async (parts: Pick<TaskParts, 'store'>, idOrName: string): Promise<AccountEntry> =>
  (await findAccount(parts.store.read, idOrName)) ?? unknownAccount(idOrName)

/**
 * The account that a caller names, or its own. Only the operator may name another one: for everybody else there is none,
 * which is `not_found`.
 */
export async function namedAccount(
  parts: Pick<TaskParts, 'store'>,
  by: Pick<Account, 'id' | 'scopes'>,
  idOrName: string | undefined,
): Promise<Pick<AccountEntry, 'id'>> {
  if (idOrName === undefined) return by
  const found = await findAccount(parts.store.read, idOrName)
  return found && (found.id === by.id || isOperator(by)) ? found : unknownAccount(idOrName)
}

const unknownAccount = (idOrName: string): never => {
  throw new EmbedlineError('not_found', `There is no account ${idOrName}.`, { field: 'account' })
}

function changed(before: Quotas, change: QuotaChange): Quotas {
  const entries = QUOTA_NAMES.map(
    (name) => [name, change[name] === undefined ? before[name] : change[name]] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null))
}
