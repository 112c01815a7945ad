import { factsOfLimit, LIMIT_NAMES, publicName } from '../../../domain/limitFacts.ts'
import type { Limits } from '../../../domain/limits.ts'
import { unitOfQuota } from '../../../domain/quotas.ts'
import { RATE_NAMES, remainingOf, type RateState } from '../../../domain/rates.ts'
import { snakeCase } from '../../../lib/snakeCase.ts'
import { quotaStates, type QuotaState } from '../../../tasks/quotas.ts'
import type { Handler } from '../route.ts'

/** `GET /limits`: every bound of this server, and how far the caller is with what is counted. */
export const getLimits: Handler = async ({ parts, account }) => {
  const rates = new Map(((await parts.usage?.states(account)) ?? []).map((state) => [state.rate, state]))
  const quotas = await quotaStates(parts, account)
  return {
    limits: presentLimits(parts.limits),
    rates: Object.fromEntries(RATE_NAMES.map((rate) => [snakeCase(rate), presentRate(rates.get(rate))])),
    quotas: Object.fromEntries(quotas.map((state) => [snakeCase(state.quota), presentQuota(state)])),
    account: { id: account.id, name: account.name },
    ...(account.keyId !== undefined && { key: { id: account.keyId, scopes: account.scopes ?? [] } }),
  }
}

const presentLimits = (limits: Limits) =>
  Object.fromEntries(
    LIMIT_NAMES.map((name) => [
      publicName(name),
      { value: Number.isFinite(limits[name]) ? limits[name] : null, ...factsOfLimit(name) },
    ]),
  )

const presentRate = (state: RateState | undefined) =>
  state
    ? {
        limit: state.limit,
        used: state.used,
        remaining: remainingOf(state),
        resets_at: new Date(state.endMs).toISOString(),
      }
    : { limit: null, used: 0, remaining: null }

const presentQuota = ({ quota, limit, used, endMs }: QuotaState) => ({
  unit: unitOfQuota(quota),
  limit: limit ?? null,
  used,
  remaining: limit === undefined ? null : Math.max(0, limit - used),
  ...(endMs !== undefined && { resets_at: new Date(endMs).toISOString() }),
})
