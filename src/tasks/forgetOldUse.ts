import { LONGEST_WINDOW_MS } from '../domain/rates.ts'
import { removeRevokedKeys } from '../store/apiKeys.ts'
import { removeDailyUse } from '../store/dailyUsage.ts'
import { removeUsage } from '../store/usage.ts'
import type { TaskParts } from './parts.ts'

const DAY_MS = 86_400_000
const ROWS_A_TRANSACTION = 500

/** Longer than anybody bills late, and two years can be compared. */
const USE_KEPT_MS = 800 * DAY_MS

/** Until then it is told apart from what never was a key. */
const REVOKED_KEPT_MS = 90 * DAY_MS

/** Forgets what was used long ago, and keys that were revoked long ago. */
export async function forgetOldUse({ store, clock }: Pick<TaskParts, 'store' | 'clock'>): Promise<void> {
  const nowMs = clock.nowMs()
  while ((await store.write((db) => removeDailyUse(db, nowMs - USE_KEPT_MS, ROWS_A_TRANSACTION))) > 0);
  await store.write((db) => removeUsage(db, nowMs - LONGEST_WINDOW_MS))
  while ((await store.write((db) => removeRevokedKeys(db, nowMs - REVOKED_KEPT_MS, ROWS_A_TRANSACTION))) > 0);
}
