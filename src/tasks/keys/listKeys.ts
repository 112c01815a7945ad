import type { ApiKey } from '../../domain/apiKey.ts'
import { listKeys as readKeys } from '../../store/apiKeys.ts'
import type { KeysetPage } from '../../store/page.ts'
import { namedAccount } from '../accounts.ts'
import type { TaskParts } from '../parts.ts'
import type { KeyHolder } from './ownKey.ts'

/** A page of an account's keys, the oldest first. Throws what `namedAccount` throws. */
export async function listKeys(
  parts: Pick<TaskParts, 'store'>,
  by: KeyHolder,
  { account, ...page }: { account?: string | undefined; after?: string | undefined; limit: number },
): Promise<KeysetPage<ApiKey>> {
  const { id: accountId } = await namedAccount(parts, by, account)
  return readKeys(parts.store.read, { accountId, ...page })
}
