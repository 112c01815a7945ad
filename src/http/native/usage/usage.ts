import { EmbedlineError } from '../../../domain/errors.ts'
import { added, dayOf, NOTHING_USED, type DailyUse } from '../../../domain/quotas.ts'
import { listDailyUse } from '../../../store/dailyUsage.ts'
import { namedAccount } from '../../../tasks/accounts.ts'
import { isOperator } from '../../../tasks/keys.ts'
import { inWireNames } from '../inWireNames.ts'
import { readQuery } from '../readRequest.ts'
import type { Call, Handler } from '../route.ts'
import { UsageQuery } from './schemas.ts'

const DAY_MS = 86_400_000
const USUAL_DAYS = 30
const MOST_DAYS = 366

/** `GET /usage`: what was used day by day, by account or by key, and all of it together. */
export const getUsage: Handler = async (call) => {
  const { parts, request } = call
  const query = readQuery(request, UsageQuery)
  const toMs = query.to ?? dayOf(parts.clock.nowMs())
  const fromMs = query.from ?? toMs - (USUAL_DAYS - 1) * DAY_MS
  checkDays(fromMs, toMs)
  const accountId = await accountIn(call, query.account)
  const days = await listDailyUse(parts.store.read, {
    ...(accountId !== undefined && { accountId }),
    fromMs,
    toMs,
    byKey: query.by === 'key',
  })
  return {
    from: dateOf(fromMs),
    to: dateOf(toMs),
    usage: days.map((day) => ({
      date: dateOf(day.dayMs),
      account_id: day.accountId,
      ...(day.keyId !== undefined && { key_id: day.keyId === '' ? null : day.keyId }),
      ...presentUse(day),
    })),
    total: presentUse(days.reduce<DailyUse>(added, NOTHING_USED)),
  }
}

function checkDays(fromMs: number, toMs: number): void {
  if (fromMs <= toMs && toMs - fromMs < MOST_DAYS * DAY_MS) return
  throw new EmbedlineError('request_invalid', `\`from\` to \`to\` is 1 to ${MOST_DAYS} days.`, {
    field: 'from',
  })
}

/** Undefined: all of them. */
async function accountIn({ parts, account }: Call, named: string | undefined): Promise<string | undefined> {
  if (named === '*' && isOperator(account)) return undefined
  return (await inWireNames(() => namedAccount(parts, account, named))).id
}

const presentUse = ({ tasks, items, mediaMs, tokens, bytes }: DailyUse) => ({
  tasks,
  items,
  media_sec: mediaMs / 1000,
  tokens,
  bytes,
})

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
