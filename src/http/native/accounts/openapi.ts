import type { DescribedRoute } from '../../operations.ts'
import { Account, AccountList, AccountPatch, AccountsQuery, NewAccount } from './schemas.ts'

const JSON_TYPE = 'application/json'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/accounts',
    id: 'listAccounts',
    summary: 'All accounts (the operator only)',
    query: AccountsQuery,
    answer: { status: 200, schema: AccountList },
  },
  {
    method: 'post',
    path: '/accounts',
    id: 'createAccount',
    summary: 'Make an account (the operator only); its first key is made by POST /keys with `account`',
    body: { type: JSON_TYPE, schema: NewAccount, example: { name: 'team' } },
    answer: { status: 201, schema: Account },
  },
  {
    method: 'get',
    path: '/accounts/{account}',
    id: 'getAccount',
    summary: 'An account, by id or name (the operator only)',
    answer: { status: 200, schema: Account },
  },
  {
    method: 'patch',
    path: '/accounts/{account}',
    id: 'changeAccount',
    summary: 'Change the quotas of an account (the operator only)',
    body: { type: JSON_TYPE, schema: AccountPatch, example: { quotas: {} } },
    answer: { status: 200, schema: Account },
  },
]
