/** A queue as its own documentation tells people to use it, for jobs that do nothing, or wait a moment. */
export interface Driver {
  /** Makes its tables in an empty database and adds so many jobs. */
  fill(url: string, count: number): Promise<void>
  /** Works on what is queued, until `stop` is called. */
  work(order: WorkOrder): Promise<{ stop(): Promise<void> }>
  /** Whether a job is not done durably yet. */
  isAnyLeft(url: string): Promise<boolean>
}

export interface WorkOrder {
  url: string
  /** So many are taken, and worked on, at once. */
  claimSize: number
  /** What a job does. */
  handle: () => Promise<void>
}

/** Ends that come within so long are written together, where a queue can do that: as Embedline does it with documents. */
export const ENDS_WAIT_MS = 25

export const DRIVERS = {
  embedline: () => import('./embedline.ts'),
  'graphile-worker': () => import('./graphileWorker.ts'),
  'graphile-worker, local queue': () => import('./graphileLocalQueue.ts'),
  'pg-boss': () => import('./pgBoss.ts'),
  BullMQ: () => import('./bullMq.ts'),
} as const satisfies Record<string, () => Promise<{ driver: Driver }>>

export type DriverName = keyof typeof DRIVERS
