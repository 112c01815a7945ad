import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'
import type { Account } from '../domain/task.ts'
import { ensureAccount, replaceKeys } from '../store/accounts.ts'
import { hashKey } from './authenticate.ts'
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
}

/** The account of the generated key, and of whoever else runs this server. */
const ADMIN_ACCOUNT = 'admin'

/** True for the account that may do what concerns the whole server. */
export const isOperator = ({ name }: Pick<Account, 'name'>): boolean => name === ADMIN_ACCOUNT

/**
 * Makes the listed keys, and the generated one if there is a file with it, the only valid ones. With no key at all one
 * is generated (readable by its owner only), but not on an address that others can reach: that throws `unauthorized`.
 * Returns true when the generated key is valid.
 */
export async function admitKeys(
  parts: Pick<TaskParts, 'store' | 'clock' | 'ids'>,
  admission: Admission,
): Promise<boolean> {
  const generated = await readKey(admission.keyFile)
  const isNeeded = generated === undefined && admission.listed.length === 0
  if (isNeeded && !admission.isLoopback)
    throw new EmbedlineError(
      'unauthorized',
      'No key is configured, and this address can be reached from other machines: set EMBEDLINE_KEYS=key=account or listen on 127.0.0.1.',
    )
  const own = isNeeded ? await makeKey(admission.keyFile) : generated
  const keys = [...admission.listed, ...(own === undefined ? [] : [{ key: own, account: ADMIN_ACCOUNT }])]
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    const rows = []
    for (const { key, account } of keys) {
      const { id } = await ensureAccount(db, {
        name: account,
        id: parts.ids.objectId(),
        userId: parts.ids.uuid(),
        nowMs,
      })
      rows.push({ hash: hashKey(key), accountId: id, nowMs })
    }
    await replaceKeys(db, rows)
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
  const key = `el_${randomBytes(24).toString('base64url')}`
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 })
  return key
}
