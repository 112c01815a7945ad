const TASK_NEXT = {
  queued: ['processing', 'ready', 'partial', 'failed', 'cancelled'],
  processing: ['ready', 'partial', 'failed', 'cancelled'],
  ready: [],
  partial: [],
  failed: [],
  cancelled: [],
} as const

const ITEM_NEXT = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['queued', 'done', 'failed', 'skipped', 'cancelled'],
  done: [],
  failed: [],
  skipped: [],
  cancelled: [],
} as const

export type TaskState = keyof typeof TASK_NEXT
export type ItemState = keyof typeof ITEM_NEXT

/** An asset is looked at once after its upload, and is then ready or failed for good. */
export type AssetState = 'processing' | 'ready' | 'failed'

/** True when a task in `state` never changes its state again. */
export const isFinalTask = (state: TaskState): boolean => TASK_NEXT[state].length === 0

/** True when an item in `state` never changes its state again. */
export const isFinalItem = (state: ItemState): boolean => ITEM_NEXT[state].length === 0

export const canMoveTask = (from: TaskState, to: TaskState): boolean =>
  (TASK_NEXT[from] as readonly TaskState[]).includes(to)

export const canMoveItem = (from: ItemState, to: ItemState): boolean =>
  (ITEM_NEXT[from] as readonly ItemState[]).includes(to)

export const TASK_STATES = Object.keys(TASK_NEXT) as readonly TaskState[]
export const ITEM_STATES = Object.keys(ITEM_NEXT) as readonly ItemState[]
