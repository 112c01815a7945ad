import type { NewItem } from '../queue/enqueue.ts'
import type { ItemInput } from '../queue/inputs.ts'

/** The item that looks into the bytes of an asset. */
export const inspectItem = (
  owner: { accountId: string; assetId: string },
  { input, dueMs }: { input: ItemInput; dueMs: number },
): NewItem => ({
  ...owner,
  kind: 'inspect',
  key: 'inspect',
  lane: 0,
  dueMs,
  payload: {},
  input,
})
