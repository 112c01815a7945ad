import { z } from 'zod'
import { nameOfQuota, QUOTA_NAMES, type Quota } from '../../../domain/quotas.ts'
import { snakeCase } from '../../../lib/snakeCase.ts'
import { wholeNumber } from '../queryValues.ts'

/** A quota as callers know it, `tasks_per_day`, with what it is here. */
export const QUOTA_OF: ReadonlyMap<string, Quota> = new Map(
  QUOTA_NAMES.map((name) => [snakeCase(name), name]),
)

const amount = z.int().min(0)

const Quotas = z
  .strictObject(
    Object.fromEntries(
      [...QUOTA_OF].map(([name, quota]) => [
        name,
        amount.nullish().meta({ description: `${nameOfQuota(quota)}; null: not limited.` }),
      ]),
    ),
  )
  .meta({ description: 'What is not named stays; null takes a quota away.' })

export const NewAccount = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'Expected 1 to 63 letters, digits, ".", "_" and "-"')
    .meta({ description: 'Unique; the name of its folder where each account has one.' }),
  quotas: Quotas.default({}),
})

export const AccountPatch = z.strictObject({ quotas: Quotas })

export const AccountsQuery = z.strictObject({
  after: z.string().optional().meta({ description: 'The id of the last account of the page before.' }),
  limit: wholeNumber(1, 1000, 100),
})

export const Account = z.looseObject({
  id: z.string(),
  name: z.string(),
  quotas: z.record(z.string(), amount.nullable()),
  stored_bytes: z.int(),
  created_at: z.string().meta({ format: 'date-time' }),
})

export const AccountList = z.looseObject({
  accounts: z.array(Account),
  next_after: z.string().optional(),
})
