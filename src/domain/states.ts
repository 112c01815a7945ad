const TASK_NEXT = {
  queued: ['processing', 'ready', 'partial', 'failed', 'cancelled'],
  processing: ['ready', 'partial', 'failed', 'cancelled'],
  ready: [],
  // What failed or was cancelled of it may be done once more.
  partial: ['processing'],
  failed: ['processing'],
  cancelled: ['processing'],
} as const

const ITEM_NEXT = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['queued', 'done', 'failed', 'skipped', 'cancelled'],
  done: [],
  failed: ['queued'],
  skipped: [],
  cancelled: ['queued'],
} as const

export type TaskState = keyof typeof TASK_NEXT
export type ItemState = keyof typeof ITEM_NEXT

/** An asset is looked at once after its upload, and is then ready or failed for good. */
export type AssetState = 'processing' | 'ready' | 'failed'

/**
 * An upload takes parts while it is active. All are `received` once each was reported, and `stored` once they are the
 * bytes of an asset; `abandoned` when nobody wants them any more, `expired` when they did not come in time.
 */
export type UploadState = 'active' | 'received' | 'stored' | 'abandoned' | 'expired'

/** True when a task may go from one state to the other. */
export const canMoveTask = (from: TaskState, to: TaskState): boolean =>
  (TASK_NEXT[from] as readonly TaskState[]).includes(to)

/** True when an item may go from one state to the other. */
export const canMoveItem = (from: ItemState, to: ItemState): boolean =>
  (ITEM_NEXT[from] as readonly ItemState[]).includes(to)

/** True when nothing happens to the task any more by itself. */
export const isFinal = (state: TaskState): boolean => state !== 'queued' && state !== 'processing'

export const TASK_STATES = Object.keys(TASK_NEXT) as readonly TaskState[]
export const ITEM_STATES = Object.keys(ITEM_NEXT) as readonly ItemState[]
