// How much an account may use. Days are those of UTC; what an account stores is counted without an end.
const QUOTAS = {
  tasksPerDay: { counts: 'tasks', per: 'day', unit: 'tasks', name: 'tasks per day' },
  mediaSecPerDay: { counts: 'plannedMs', per: 'day', unit: 'seconds', name: 'seconds of media per day' },
  tokensPerDay: { counts: 'tokens', per: 'day', unit: 'tokens', name: 'tokens of text per day' },
  storedBytes: { counts: 'storedBytes', per: 'account', unit: 'bytes', name: 'stored bytes' },
} as const

export type Quota = keyof typeof QUOTAS

/** Those that are counted anew with each day. */
export type DailyQuota = { [Name in Quota]: (typeof QUOTAS)[Name]['per'] extends 'day' ? Name : never }[Quota]

/** Those that are absent are not limited. */
export type Quotas = Readonly<Partial<Record<Quota, number>>>

export const QUOTA_NAMES = Object.keys(QUOTAS) as readonly Quota[]

/** For people: `tasks per day`. */
export const nameOfQuota = (quota: Quota): string => QUOTAS[quota].name

/** In what it is counted. */
export const unitOfQuota = (quota: Quota): string => QUOTAS[quota].unit

const DAY_MS = 86_400_000

/** When the day (UTC) of a moment began. */
export const dayOf = (nowMs: number): number => nowMs - (nowMs % DAY_MS)

/** When it ends. */
export const dayEndOf = (nowMs: number): number => dayOf(nowMs) + DAY_MS

/** What an account, or one of its keys, has used in a day. */
export interface DailyUse {
  tasks: number
  /** Slices, parts and documents that were done. */
  items: number
  /** Of video and sound that was embedded. */
  mediaMs: number
  /** Of video and sound that tasks were planned for: what a quota of media is compared with. */
  plannedMs: number
  /** Of text that was embedded, as limits on text count them. */
  tokens: number
  /** That came in and were stored, and that were written to buckets. */
  bytes: number
}

export const NOTHING_USED: DailyUse = { tasks: 0, items: 0, mediaMs: 0, plannedMs: 0, tokens: 0, bytes: 0 }

/** Both together. */
export const added = (one: Partial<DailyUse>, other: Partial<DailyUse>): DailyUse => ({
  tasks: (one.tasks ?? 0) + (other.tasks ?? 0),
  items: (one.items ?? 0) + (other.items ?? 0),
  mediaMs: (one.mediaMs ?? 0) + (other.mediaMs ?? 0),
  plannedMs: (one.plannedMs ?? 0) + (other.plannedMs ?? 0),
  tokens: (one.tokens ?? 0) + (other.tokens ?? 0),
  bytes: (one.bytes ?? 0) + (other.bytes ?? 0),
})

/** How much of a daily quota is used, in its own unit. */
export function usedOf(quota: DailyQuota, used: DailyUse): number {
  const amount = used[QUOTAS[quota].counts]
  return quota === 'mediaSecPerDay' ? amount / 1000 : amount
}
