import type { ModelPin } from '../domain/model.ts'
import type { NewItem } from '../queue/enqueue.ts'
import type { ItemInput } from '../queue/inputs.ts'

/** The item that looks into the media of a task and writes all others. */
export const planItem = (
  owner: { accountId: string; taskId: string },
  { model, input, assetId, dueMs }: { model: ModelPin; input?: ItemInput; assetId?: string; dueMs: number },
): NewItem => ({
  ...owner,
  ...(assetId !== undefined && { assetId }),
  kind: 'plan',
  key: 'plan',
  lane: 0,
  dueMs,
  payload: {},
  model,
  ...(input && { input }),
})
