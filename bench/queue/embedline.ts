import { systemClock as clock } from '../../src/lib/clock.ts'
import { makeGather } from '../../src/lib/gather.ts'
import { startDispatcher } from '../../src/queue/dispatcher.ts'
import { enqueue } from '../../src/queue/enqueue.ts'
import type { Hold } from '../../src/queue/item.ts'
import { settleDone } from '../../src/queue/settle.ts'
import type { StoreLocation } from '../../src/store/location.ts'
import { openStore } from '../../src/store/open.ts'
// Otherwise it would be loaded while others work already.
import '../../src/store/postgres/open.ts'
import { ENDS_WAIT_MS, type Driver } from './driver.ts'

const AT_ONCE = 1_000

/** Ends are gathered by time, and not because they are so many. */
const ENDS_AT_ONCE = 1_000

/** So many more than the claim size are held at most, and wait for their end to be written. */
const ENDING = 1_000

const locationOf = (url: string): StoreLocation => (url.startsWith('postgres:') ? { url } : { file: url })

/** The dispatcher, with ends that are gathered as those of documents are. */
export const driver: Driver = {
  async fill(url, count) {
    const store = await openStore({ ...locationOf(url), clock })
    await store.write(async (db) => {
      await db.insertInto('account').values({ id: 'a', name: 'a', user_id: 'a', created_ms: 0 }).execute()
    })
    for (let first = 0; first < count; first += AT_ONCE)
      await store.write(async (db) => {
        const items = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => ({
          accountId: 'a',
          kind: 'document' as const,
          assetId: 'asset',
          key: String(first + at),
          lane: 2,
          dueMs: 0,
          payload: {},
        }))
        await enqueue(db, 0, items)
      })
    await store.close()
  },

  async work({ url, claimSize, handle }) {
    const store = await openStore({ ...locationOf(url), clock })
    const settle = makeGather({
      run: (holds: readonly Hold[]) =>
        store.write(async (db) => {
          const settled = await settleDone(db, holds, clock.nowMs())
          return holds.map(({ id }) => settled.has(id))
        }),
      most: ENDS_AT_ONCE,
      waitMs: ENDS_WAIT_MS,
      clock,
    })
    let working = 0
    const dispatcher = startDispatcher({
      write: store.write,
      executeSoon: store.executeSoon,
      worker: crypto.randomUUID(),
      // The next are claimed while the last are settled.
      rooms: (held) => [
        {
          kinds: ['document'],
          lanes: [2],
          free: working > claimSize / 2 || held.length > 2 * claimSize + ENDING ? 0 : claimSize,
        },
      ],
      async handle(item) {
        working++
        await handle()
        working--
        dispatcher.wake()
        if (!(await settle(item))) throw new Error('an item was lost')
      },
      onError: (error) => console.error(error),
      clock,
    })
    return {
      async stop() {
        await dispatcher.stop({ graceMs: 1_000 })
        await store.close()
      },
    }
  },

  async isAnyLeft(url) {
    const store = await openStore({ ...locationOf(url), clock })
    const row = await store.read
      .selectFrom('item')
      .select('id')
      .where('state', 'in', ['queued', 'running'])
      .limit(1)
      .executeTakeFirst()
    await store.close()
    return row !== undefined
  },
}
