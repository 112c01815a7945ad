import { readFile, writeFile } from 'node:fs/promises'
import { hintOf } from '../domain/apiKey.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { ACCOUNT_SCOPES, holds, type Scope } from '../domain/scopes.ts'
import type { Account } from '../domain/task.ts'
import { ensureAccount } from '../store/accounts.ts'
import { hasLastingAdminKey, replaceListedKeys, type ListedSecret } from '../store/apiKeys.ts'
import { hashKey } from './authenticate.ts'
import { newSecret } from './keys/newSecret.ts'
import type { TaskParts } from './parts.ts'

/** A key as the operator lists it; valid while listed. */
export interface ListedKey {
  key: string
  account: string
}

interface Admission {
  listed: readonly ListedKey[]
  /** Where the generated key lies. */
  keyFile: string
  /** True when only this machine can reach the server. */
  isLoopback: boolean
  /** Other servers may be on the database, each with a folder of its own. */
  isShared?: boolean
}

/** The account of the generated key, and of whoever else runs this server. */
const ADMIN_ACCOUNT = 'admin'

/** True for who may do what concerns the whole server. */
export const isOperator = ({ scopes = [] }: Pick<Account, 'scopes'>): boolean => holds(scopes, 'admin')

const scopesOf = (account: string): readonly Scope[] =>
  account === ADMIN_ACCOUNT ? [...ACCOUNT_SCOPES, 'admin'] : ACCOUNT_SCOPES

/**
 * Makes the listed keys, and the generated one if there is a file with it, the only valid ones beside those that were made
 * through this server. With no key at all one is generated (readable by its owner only), but not on an address that
 * others can reach: that throws `unauthorized`, unless a key was made here that can make others. Returns true when the
 * generated key is valid. A server that has no key of its own, beside others on its database that have one, takes theirs.
 */
export async function admitKeys(
  parts: Pick<TaskParts, 'store' | 'clock' | 'ids'>,
  admission: Admission,
): Promise<boolean> {
  const generated = await readKey(admission.keyFile)
  const isNeeded = generated === undefined && admission.listed.length === 0
  if (isNeeded && admission.isShared && (await hasLastingAdminKey(parts.store.read, ['config', 'made'])))
    return false
  const isOpen = isNeeded && !admission.isLoopback
  if (isOpen && !(await hasLastingAdminKey(parts.store.read, ['made'])))
    throw new EmbedlineError(
      'unauthorized',
      'No key is configured, and this address can be reached from other machines: set EMBEDLINE_KEYS=key=account or listen on 127.0.0.1.',
    )
  const own = isNeeded && !isOpen ? await makeKey(admission.keyFile) : generated
  const isListed = admission.listed.some(({ key }) => key === own)
  const keys = [
    ...admission.listed,
    ...(own === undefined || isListed ? [] : [{ key: own, account: ADMIN_ACCOUNT }]),
  ]
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    const listed: ListedSecret[] = []
    for (const { key, account } of keys) {
      const { id: accountId } = await ensureAccount(db, {
        name: account,
        id: parts.ids.objectId(),
        userId: parts.ids.uuid(),
        nowMs,
      })
      listed.push({
        hash: hashKey(key),
        key: {
          id: parts.ids.objectId(),
          accountId,
          source: 'config',
          name: key === own ? 'admin.key' : 'EMBEDLINE_KEYS',
          hint: hintOf(key),
          scopes: scopesOf(account),
          createdMs: nowMs,
        },
      })
    }
    await replaceListedKeys(db, listed)
  })
  return own !== undefined
}

async function readKey(keyFile: string): Promise<string | undefined> {
  try {
    return (await readFile(keyFile, 'utf8')).trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function makeKey(keyFile: string): Promise<string> {
  const key = newSecret()
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
  return key
}
