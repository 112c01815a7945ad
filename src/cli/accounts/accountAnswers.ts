import { nameOfQuota, QUOTA_NAMES } from '../../domain/quotas.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { snakeCase } from '../../lib/snakeCase.ts'
import type { CommandLine, Flag } from '../command.ts'
import { wholeNumber } from '../wholeNumber.ts'

/** An account as the server answers it. */
export interface ListedAccount {
  id: string
  name: string
  quotas: Readonly<Record<string, number | null>>
  stored_bytes: number
  created_at: string
}

export const ACCOUNTS_PATH = '/api/accounts'

/** `tasks-per-day` of `tasks_per_day`. */
const flagOf = (name: string): string => name.replaceAll('_', '-')

const QUOTA_WORDS = QUOTA_NAMES.map((quota) => ({ name: snakeCase(quota), meaning: nameOfQuota(quota) }))

/** One for each quota. */
export const QUOTA_FLAGS: readonly Flag[] = QUOTA_WORDS.map(({ name, meaning }) => ({
  name: flagOf(name),
  placeholder: 'count',
  meaning: `So many ${meaning}; none: not limited.`,
}))

const MOST = Number.MAX_SAFE_INTEGER

/** The quotas that a command line names; null for one that is taken away. */
export function quotasOf({ values }: Pick<CommandLine, 'values'>): Record<string, number | null> {
  return Object.fromEntries(
    QUOTA_WORDS.flatMap(({ name }) => {
      const text = values.get(flagOf(name))
      if (text === undefined) return []
      return [[name, text === 'none' ? null : wholeNumber(flagOf(name), text, 0, MOST)]]
    }),
  )
}

/** The account that the first operand names. Throws `request_invalid` when there is none. */
export function accountOf(operands: readonly string[]): string {
  const [name] = operands
  if (name === undefined) throw new EmbedlineError('request_invalid', 'which account?')
  return name
}

/** `tasks_per_day 5, stored_bytes 100`, or that there is none. */
export function quotasText(quotas: ListedAccount['quotas']): string {
  const set = Object.entries(quotas).filter(([, value]) => value !== null)
  return set.length === 0 ? 'no quotas' : set.map(([name, value]) => `${name} ${value}`).join(', ')
}
