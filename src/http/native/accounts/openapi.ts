import type { DescribedRoute } from '../../operations.ts'
import { Account, AccountList, AccountPatch, AccountsQuery, NewAccount } from './schemas.ts'

const JSON_TYPE = 'application/json'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/accounts',
    summary: 'All accounts (the operator only)',
    query: AccountsQuery,
    answer: { status: 200, schema: AccountList },
  },
  {
    method: 'post',
    path: '/accounts',
    summary: 'Make an account (the operator only); its first key is made by POST /keys with `account`',
    body: { type: JSON_TYPE, schema: NewAccount },
    answer: { status: 201, schema: Account },
  },
  {
    method: 'get',
    path: '/accounts/{account}',
    summary: 'An account, by id or name (the operator only)',
    answer: { status: 200, schema: Account },
  },
  {
    method: 'patch',
    path: '/accounts/{account}',
    summary: 'Change the quotas of an account (the operator only)',
    body: { type: JSON_TYPE, schema: AccountPatch },
    answer: { status: 200, schema: Account },
  },
]
