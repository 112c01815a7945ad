import type { Db } from '../../src/domain/tables.ts'
import { claim, type ClaimOrder } from '../../src/queue/claim.ts'
import { enqueue, type NewItem } from '../../src/queue/enqueue.ts'
import { insertTask, type NewTask } from '../../src/store/tasks.ts'
import type { StoreForTest } from './withStore.ts'

export const LEASE_MS = 15_000

/** Adds slice items without a task, one per key; returns how many were new. */
export const addItems = (
  { store, clock }: StoreForTest,
  keys: readonly string[],
  item: Partial<NewItem> = {},
): Promise<number> =>
  store.write((db) =>
    enqueue(
      db,
      clock.nowMs(),
      keys.map((key) => ({
        accountId: 'a',
        kind: 'slice',
        assetId: 'asset',
        key,
        lane: 1,
        dueMs: clock.nowMs(),
        payload: { key },
        ...item,
      })),
    ),
  )

/** What a worker named `worker` claims now. */
export const claimItems = async ({ store, clock }: StoreForTest, order: Partial<ClaimOrder> = {}) => {
  const { items } = await store.write((db) =>
    claim(db, {
      worker: 'worker',
      lanes: [0, 1, 2],
      kinds: ['inspect', 'plan', 'slice', 'finish'],
      limit: 1,
      alone: false,
      nowMs: clock.nowMs(),
      leaseUntilMs: clock.nowMs() + LEASE_MS,
      ...order,
    }),
  )
  return items
}

/** Adds a queued task of account `a`, created now, without its plan item. */
export const addTask = ({ store, clock }: StoreForTest, id: string, task: Partial<NewTask> = {}) =>
  store.write((db) =>
    insertTask(db, {
      id,
      accountId: 'a',
      modelName: 'builtin',
      model: { id: 'builtin', revision: '1' },
      request: {
        input: 'video',
        startSec: 0,
        segmentation: { strategy: 'fixed', durationSec: 6 },
        modalities: ['visual'],
        modalitiesNamed: true,
        scopes: ['clip', 'asset'],
        separate: true,
        fused: false,
      },
      objectHash: 'hash',
      mayReuse: false,
      warnings: [],
      nowMs: clock.nowMs(),
      expiresMs: clock.nowMs() + 1_000_000,
      ...task,
    }),
  )

export const itemRows = (db: Db) => db.selectFrom('item').selectAll().orderBy('id').execute()
