import { EmbedlineError } from '../../domain/errors.ts'
import { parseDuration } from '../../settingValues.ts'
import type { Flag } from '../command.ts'

/** A key as the server answers it. */
export interface ListedKey {
  id: string
  name: string
  hint?: string
  source: string
  scopes: readonly string[]
  state: string
  expires_at?: string
  last_used_at?: string
}

/** One with its secret, just made. */
export interface SecretKey extends ListedKey {
  key: string
  old_until?: string
}

export const KEYS_PATH = '/api/keys'

export const keyPath = (id: string): string => `${KEYS_PATH}/${encodeURIComponent(id)}`

export const ACCOUNT_FLAG: Flag = {
  name: 'account',
  placeholder: 'name',
  meaning: 'Of this account; wants the key of the operator [default: the account of the key].',
}

/** The id that the first operand is. Throws `request_invalid` when there is none. */
export function keyIdOf(operands: readonly string[]): string {
  const [id] = operands
  if (id === undefined)
    throw new EmbedlineError('request_invalid', 'which key? embedline keys list shows their ids')
  return id
}

/** What `--overlap` and such say, in whole seconds; `0` is none. */
export const secondsOf = (flag: string, text: string): number =>
  text === '0' ? 0 : inFlag(flag, () => parseDuration(text)) / 1000

/** When `--expires` says: in a while (`90d`), or at a time. */
export function endOf(text: string, nowMs: number): string {
  const isTime = /^\d{4}-\d{2}-\d{2}/.test(text)
  const endMs = isTime ? Date.parse(text) : nowMs + inFlag('expires', () => parseDuration(text))
  if (Number.isNaN(endMs)) throw wrong('expires', 'expected a time such as 2030-12-31T23:59:59Z')
  return new Date(endMs).toISOString()
}

function inFlag<T>(flag: string, parse: () => T): T {
  try {
    return parse()
  } catch (failure) {
    throw failure instanceof EmbedlineError ? wrong(flag, failure.message) : failure
  }
}

const wrong = (flag: string, message: string) =>
  new EmbedlineError('request_invalid', `--${flag}: ${message}`)
