import { EmbedlineError } from '../domain/errors.ts'
import {
  added,
  dayEndOf,
  nameOfQuota,
  QUOTA_NAMES,
  usedOf,
  type DailyQuota,
  type DailyUse,
  type Quota,
  type Quotas,
} from '../domain/quotas.ts'
import type { Db } from '../domain/tables.ts'
import { consumerOf, type Account } from '../domain/task.ts'
import { snakeCase } from '../lib/snakeCase.ts'
import { findAccount } from '../store/accounts.ts'
import { addDailyUse, useOfDay } from '../store/dailyUsage.ts'
import { lockRow } from '../store/locks.ts'
import type { TaskParts } from './parts.ts'

type Parts = Pick<TaskParts, 'store' | 'clock' | 'tally'>

/** How far an account is with a quota. */
export interface QuotaState {
  quota: Quota
  /** Absent: not limited. */
  limit?: number
  /** In the unit of the quota. */
  used: number
  /** When it is counted from 0 again. Absent: when something is removed. */
  endMs?: number
}

/** How far an account is with all quotas, also with those that it does not have. */
export async function quotaStates(parts: Parts, { id }: Account): Promise<QuotaState[]> {
  const { store, clock } = parts
  const nowMs = clock.nowMs()
  const used = await usedToday(parts, id, nowMs)
  const { quotas = {}, storedBytes = 0 } = (await findAccount(store.read, id)) ?? {}
  return QUOTA_NAMES.map((quota) => {
    const limit = quotas[quota]
    return {
      quota,
      ...(limit !== undefined && { limit }),
      ...(quota === 'storedBytes'
        ? { used: storedBytes }
        : { used: usedOf(quota, used), endMs: dayEndOf(nowMs) }),
    }
  })
}

/**
 * Counts a task that is created in this transaction. Throws `rate_limited` when it is one too many, and whatever was
 * written in the transaction is undone.
 */
export async function takeTask(db: Db, account: Account, nowMs: number): Promise<void> {
  const limit = account.quotas?.tasksPerDay
  // Each key counts in a row of its own.
  if (limit !== undefined) await lockRow(db, 'account', account.id)
  await addDailyUse(db, consumerOf(account), { tasks: 1 }, nowMs)
  if (limit === undefined) return
  const { tasks } = await useOfDay(db, account.id, nowMs)
  if (tasks > limit) throw spent('tasksPerDay', limit, nowMs)
}

/** Throws `rate_limited` when nothing is left of one of these quotas for the rest of the day. */
export async function refuseSpent(
  parts: Parts,
  { id, quotas = {} }: Account,
  kinds: readonly DailyQuota[],
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const found = await firstSpent(parts, { id, quotas, kinds, nowMs })
  if (found) throw spent(found, quotas[found] ?? 0, nowMs)
}

/** When accepted work of an account may go on; undefined while there is something left of these quotas. */
export async function quotaAgainMs(
  parts: Parts,
  accountId: string,
  kinds: readonly DailyQuota[],
): Promise<number | undefined> {
  const nowMs = parts.clock.nowMs()
  const { quotas = {} } = (await findAccount(parts.store.read, accountId)) ?? {}
  const found = await firstSpent(parts, { id: accountId, quotas, kinds, nowMs })
  return found && dayEndOf(nowMs)
}

interface Asked {
  id: string
  quotas: Quotas
  kinds: readonly DailyQuota[]
  nowMs: number
}

async function firstSpent(
  parts: Parts,
  { id, quotas, kinds, nowMs }: Asked,
): Promise<DailyQuota | undefined> {
  const limited = kinds.filter((quota) => quotas[quota] !== undefined)
  if (limited.length === 0) return undefined
  const used = await usedToday(parts, id, nowMs)
  return limited.find((quota) => usedOf(quota, used) >= (quotas[quota] ?? 0))
}

const usedToday = async ({ store, tally }: Parts, accountId: string, nowMs: number): Promise<DailyUse> =>
  added(await useOfDay(store.read, accountId, nowMs), tally.unwritten(accountId))

/** Throws `quota_exceeded` when an account stores more than it may, with what was added in this transaction. */
export async function checkStored(db: Db, accountId: string, addedBytes = 0): Promise<void> {
  const { quotas = {}, storedBytes = 0 } = (await findAccount(db, accountId)) ?? {}
  const limit = quotas.storedBytes
  if (limit === undefined || storedBytes + addedBytes <= limit) return
  throw new EmbedlineError(
    'quota_exceeded',
    `The account may store ${limit} bytes (quota stored_bytes), and this would make ${storedBytes + addedBytes}. Delete assets, or wait until tasks with inputs of their own expire.`,
    { limit },
  )
}

const spent = (quota: DailyQuota, limit: number, nowMs: number): EmbedlineError =>
  new EmbedlineError(
    'rate_limited',
    `The account may use ${limit} ${nameOfQuota(quota)} (quota ${snakeCase(quota)}), and they are spent. Try again after ${new Date(dayEndOf(nowMs)).toISOString()}.`,
    { retryAfterMs: dayEndOf(nowMs) - nowMs, limit },
  )
