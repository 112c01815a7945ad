import type { FastifyRequest } from 'fastify'
import { listAccounts, type AccountEntry } from '../../../store/accounts.ts'
import { changeQuotas, createAccount, showAccount, type QuotaChange } from '../../../tasks/accounts.ts'
import { readJson, readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { AccountPatch, AccountsQuery, NewAccount, QUOTA_OF } from './schemas.ts'

const BODY_BYTES = 10_000

/** `GET /accounts`: all of them, the oldest first. */
export const listAll: Handler = async ({ parts, request }) => {
  const { rows, nextAfter } = await listAccounts(parts.store.read, readQuery(request, AccountsQuery))
  return { accounts: rows.map(present), ...(nextAfter !== undefined && { next_after: nextAfter }) }
}

/** `POST /accounts`. It has no key yet. */
export const makeAccount: Handler = async ({ parts, request, reply }) => {
  const { name, quotas } = await readJson(request, NewAccount, BODY_BYTES)
  const account = await createAccount(parts, { name, quotas: quotasIn(quotas) })
  reply.code(201).header('location', `/api/accounts/${account.id}`)
  return present(account)
}

/** `GET /accounts/{account}`, by id or name. */
export const getAccount: Handler = async ({ parts, request }) =>
  present(await showAccount(parts, accountIn(request)))

/** `PATCH /accounts/{account}`: what is not named stays. */
export const patchAccount: Handler = async ({ parts, request }) => {
  const { quotas } = await readJson(request, AccountPatch, BODY_BYTES)
  return present(await changeQuotas(parts, accountIn(request), quotasIn(quotas)))
}

const accountIn = ({ params }: FastifyRequest): string => (params as { account: string }).account

const quotasIn = (body: Readonly<Record<string, number | null | undefined>>): QuotaChange =>
  Object.fromEntries([...QUOTA_OF].map(([name, quota]) => [quota, body[name]]))

const present = ({ id, name, quotas, storedBytes, createdMs }: AccountEntry) => ({
  id,
  name,
  quotas: Object.fromEntries([...QUOTA_OF].map(([word, quota]) => [word, quotas[quota] ?? null])),
  stored_bytes: storedBytes,
  created_at: new Date(createdMs).toISOString(),
})
