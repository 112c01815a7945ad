import type { NewItem } from '../queue/enqueue.ts'

/** The item that looks into the bytes of an asset. */
export const inspectItem = (owner: { accountId: string; assetId: string }, dueMs: number): NewItem => ({
  ...owner,
  kind: 'inspect',
  key: 'inspect',
  lane: 0,
  dueMs,
  payload: {},
})
