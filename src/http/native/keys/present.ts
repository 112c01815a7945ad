import { keyStateAt, type ApiKey } from '../../../domain/apiKey.ts'

const timeOf = (ms: number): string => new Date(ms).toISOString()

/** A key as this door shows it. */
export const presentKey = (key: ApiKey, nowMs: number) => ({
  id: key.id,
  name: key.name,
  account_id: key.accountId,
  source: key.source,
  ...(key.hint !== '' && { hint: `${key.hint}…` }),
  scopes: key.scopes,
  state: keyStateAt(key, nowMs),
  ...(key.requestsPerMinute !== undefined && { requests_per_minute: key.requestsPerMinute }),
  ...(key.createdBy !== undefined && { created_by: key.createdBy }),
  created_at: timeOf(key.createdMs),
  ...(key.expiresMs !== undefined && { expires_at: timeOf(key.expiresMs) }),
  ...(key.revokedMs !== undefined && { revoked_at: timeOf(key.revokedMs) }),
  ...(key.lastUsedMs !== undefined && { last_used_at: timeOf(key.lastUsedMs) }),
})
