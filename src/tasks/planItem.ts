import type { NewItem } from '../queue/enqueue.ts'

/** The item that looks into the media of a task and writes all others. */
export const planItem = (
  owner: { accountId: string; taskId: string },
  { assetId, dueMs }: { assetId?: string; dueMs: number },
): NewItem => ({
  ...owner,
  ...(assetId !== undefined && { assetId }),
  kind: 'plan',
  key: 'plan',
  lane: 0,
  dueMs,
  payload: {},
})
