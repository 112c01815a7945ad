import type { ItemState, TaskState } from './states.ts'
import type { Db, ItemKind, TaskRow } from './tables.ts'
import type { Failure } from './task.ts'

/** A task that was made, or went into another state. */
export interface TaskMove {
  of: 'task'
  id: string
  kind: TaskRow['kind']
  state: TaskState
  /** The model's own id. */
  model: string
  createdMs: number
  nowMs: number
  failure?: Failure
  /** Items in all, and what became of them; of a task that has ended. */
  counts?: TaskCounts
}

export interface TaskCounts {
  items: number
  done: number
  failed: number
  skipped: number
  embeddings: number
}

/** An item that went into another state. */
export interface ItemMove {
  of: 'item'
  id: number
  kind: ItemKind
  taskId?: string
  state: ItemState
  attempt: number
  /** Why it is queued again. */
  why?: Comeback
  failure?: Failure
  /** When it was claimed first. */
  startedMs?: number
  nowMs: number
}

/**
 * `failed`: it went wrong and may go right; `interrupted`: its holder died; `returned`: its holder stops or waits;
 * `retried`: it had ended, and somebody wants it done again.
 */
export type Comeback = 'failed' | 'interrupted' | 'returned' | 'retried'

export type Move = TaskMove | ItemMove

const kept = new WeakMap<Db, Move[]>()

/** Keeps a move until the transaction of `db` is committed, and it is told; one that is undone is never told. */
export function addMove(db: Db, move: Move): void {
  const moves = kept.get(db)
  if (moves) moves.push(move)
  else kept.set(db, [move])
}

/** What was kept for a transaction, in the order in which it happened. */
export const movesOf = (db: Db): readonly Move[] => kept.get(db) ?? []
