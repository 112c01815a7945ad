import { Client } from 'pg'
import { expect, test } from 'vitest'
import { onPostgres, openStoreAt } from '../../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../../test/support/withStore.ts'
import type { OpenStore } from '../store.ts'

const withTwo = (check: (parts: StoreForTest & { other: OpenStore }) => Promise<void>) =>
  withStore(async (parts) => {
    const other = await openStoreAt(parts.location, parts.clock)
    try {
      await check({ ...parts, other })
    } finally {
      await other.close()
    }
  })

const turn = () => new Promise((resolve) => setImmediate(resolve))

test.runIf(onPostgres)('work of one name never runs twice at once, on however many servers', () =>
  withTwo(async ({ store, other }) => {
    let running = 0
    let most = 0
    let done = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await turn()
      running--
      done++
    }
    const all = [store, other, store, other, store].flatMap((server) =>
      Array.from({ length: 4 }, () => server.exclusively('one', work)),
    )
    await Promise.all(all)
    expect({ most, done }).toEqual({ most: 1, done: 20 })
  }),
)

test.runIf(onPostgres)('work of other names does not wait, and what failed is over', () =>
  withTwo(async ({ store, other }) => {
    await store.exclusively('one', async () => {
      await other.exclusively('two', turn)
      await store.exclusively('three', turn)
    })
    await expect(store.exclusively('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await other.exclusively('one', async () => 7)).toBe(7)
  }),
)

test.runIf(onPostgres)('who wants to work only if nobody else does is told so, on either server', () =>
  withTwo(async ({ store, other }) => {
    await store.exclusively('one', async () => {
      expect(await store.ifFree('one', turn as () => Promise<void>)).toBe(false)
      expect(await other.ifFree('one', turn as () => Promise<void>)).toBe(false)
    })
    let isDone = false
    expect(await other.ifFree('one', async () => void (isDone = true))).toBe(true)
    expect(isDone).toBe(true)
  }),
)

test.runIf(onPostgres)('whoever loses the way to the database is told, and others take over', () =>
  withTwo(async ({ store, other, location }) => {
    const holding = Promise.withResolvers<AbortSignal>()
    const end = Promise.withResolvers<void>()
    const working = store.exclusively('one', async (held) => {
      holding.resolve(held)
      await end.promise
      return held.aborted
    })
    const held = await holding.promise
    expect(held.aborted).toBe(false)
    const told = new Promise((resolve) => held.addEventListener('abort', resolve))
    const admin = new Client('url' in location ? location.url : '')
    await admin.connect()
    await admin.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where query like '%pg_try_advisory_lock($1%' and pid <> pg_backend_pid()`,
    )
    await admin.end()
    await told
    expect(held.reason).toMatchObject({ code: 'storage_unavailable' })
    expect(await other.exclusively('one', async () => 'taken over')).toBe('taken over')
    end.resolve()
    expect(await working).toBe(true)
    expect(await store.exclusively('one', async (again) => again.aborted)).toBe(false)
  }),
)
