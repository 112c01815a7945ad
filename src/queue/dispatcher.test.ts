import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { LEASE_MS, addItems, addTask, claimItems, itemRows } from '../../test/support/queueItems.ts'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { cancelRunning } from './cancelItems.ts'
import type { ClaimedItem } from './claim.ts'
import { startDispatcher, type DispatcherParts } from './dispatcher.ts'
import { saveProgress } from './progress.ts'
import { releaseAll, releaseAlone } from './release.ts'
import { settle } from './settle.ts'
import { sweep } from './sweep.ts'

const POLL_MS = 500

const slices = (count: number): DispatcherParts['rooms'] => {
  return (held) => [{ kinds: ['slice'], lanes: [0, 1, 2], free: count - held.length }]
}

/** A dispatcher over a real queue whose items end when the test says so. */
function startWith(parts: StoreForTest, options: Partial<DispatcherParts> = {}) {
  const started: { item: ClaimedItem; signal: AbortSignal; end: () => void }[] = []
  const errors: unknown[] = []
  const dispatcher = startDispatcher({
    write: parts.store.write,
    // What a test puts in the place of one is in the place of both.
    executeSoon: parts.store.executeSoon && (options.write ?? parts.store.executeSoon),
    worker: 'worker',
    rooms: slices(2),
    async handle(item, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      started.push({ item, signal, end: resolve })
      await promise
      await parts.store.write((db) => settle(db, item, { state: 'done', nowMs: parts.clock.nowMs() }))
    },
    onError: (error) => errors.push(error),
    clock: parts.clock,
    pollMs: POLL_MS,
    leaseMs: LEASE_MS,
    ...options,
  })
  return { dispatcher, started, errors }
}

/** Lets the fake time pass in small steps until `check` is true. */
async function until({ clock, store }: StoreForTest, check: () => boolean | Promise<boolean>) {
  for (let turns = 0; !(await check()); turns++) {
    if (turns > 2_000) throw new Error('what the test waits for does not come')
    clock.advance(POLL_MS / 10)
    // A server takes a while for what is asked of it.
    await Promise.all([store.write(async () => {}), store.executeSoon?.((db) => sql`select 1`.execute(db))])
    await new Promise((turn) => setImmediate(turn))
  }
}

const states = async ({ store }: StoreForTest) => (await itemRows(store.read)).map(({ state }) => state)

test('as many items run at once as there is room for, and the next one starts when one ends', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one', 'two', 'three'])
    const { dispatcher, started, errors } = startWith(parts)
    await until(parts, () => started.length === 2)
    expect(await states(parts)).toEqual(['running', 'running', 'queued'])
    started[0]!.end()
    await until(parts, () => started.length === 3)
    for (const { end } of started) end()
    await until(parts, async () => (await states(parts)).every((state) => state === 'done'))
    await dispatcher.stop({ graceMs: 0 })
    expect(errors).toEqual([])
  }))

test('a wake-up starts an item without waiting for the next poll', () =>
  withStore(async (parts) => {
    const { promise: handled, resolve } = Promise.withResolvers<ClaimedItem>()
    const { dispatcher } = startWith(parts, { handle: async (item) => resolve(item) })
    await addItems(parts, ['one'])
    // The clock stands still: no poll ever comes.
    dispatcher.wake()
    expect(await handled).toMatchObject({ payload: { key: 'one' } })
    await dispatcher.stop({ graceMs: 0 })
  }))

test('a lease is kept for as long as the work takes', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one'])
    const { dispatcher, started } = startWith(parts)
    await until(parts, () => started.length === 1)
    const endMs = clock.nowMs() + 4 * LEASE_MS
    let released = 0
    await until(parts, async () => {
      released += (await store.write((db) => sweep(db, clock.nowMs()))).released.length
      return clock.nowMs() >= endMs
    })
    expect({ released, aborted: started[0]!.signal.aborted }).toEqual({ released: 0, aborted: false })
    started[0]!.end()
    await dispatcher.stop({ graceMs: 0 })
    expect(await states(parts)).toEqual(['done'])
  }))

test('work whose lease is lost is stopped', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one'])
    const { dispatcher, started, errors } = startWith(parts, { rooms: slices(1) })
    await until(parts, () => started.length === 1)
    await store.write((db) => releaseAll(db, clock.nowMs()))
    expect(await claimItems(parts, { worker: 'another' })).toHaveLength(1)
    await until(parts, () => started[0]!.signal.aborted)
    await dispatcher.stop({ graceMs: 0 })
    expect(await itemRows(store.read)).toMatchObject([{ state: 'running', worker: 'another' }])
    expect(errors).toEqual([])
  }))

test('work on an item that was taken away here is stopped at once, and no other', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addTask(parts, 'task')
    await addItems(parts, ['one'], { taskId: 'task' })
    await addItems(parts, ['other'])
    const { dispatcher, started, errors } = startWith(parts)
    await until(parts, () => started.length === 2)
    const startMs = clock.nowMs()
    dispatcher.recall(await store.write((db) => cancelRunning(db, 'task', clock.nowMs())))
    // The clock stands still: no lease is looked at.
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect(clock.nowMs()).toBe(startMs)
    started[1]!.end()
    await dispatcher.stop({ graceMs: 60_000 })
    expect(await states(parts)).toEqual(['cancelled', 'done'])
    expect(errors).toEqual([])
  }))

test('work that another process has taken away is stopped within 1.5 s', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addTask(parts, 'task')
    await addItems(parts, ['one'], { taskId: 'task' })
    const { dispatcher, started } = startWith(parts)
    await until(parts, () => started.length === 1)
    const startMs = clock.nowMs()
    await store.write((db) => cancelRunning(db, 'task', clock.nowMs()))
    await until(parts, () => started[0]!.signal.aborted)
    expect(clock.nowMs() - startMs).toBeLessThanOrEqual(1_500 + POLL_MS)
    await dispatcher.stop({ graceMs: 0 })
  }))

test('work is stopped at the end of its lease when the queue cannot be reached', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one'])
    let isReachable = true
    const { dispatcher, started, errors } = startWith(parts, {
      rooms: slices(1),
      write: (change) => (isReachable ? parts.store.write(change) : Promise.reject(new Error('unreachable'))),
    })
    await until(parts, () => started.length === 1)
    isReachable = false
    const startMs = parts.clock.nowMs()
    await until(parts, () => started[0]!.signal.aborted)
    expect(parts.clock.nowMs() - startMs).toBeGreaterThan(LEASE_MS / 2)
    expect(errors.length).toBeGreaterThan(0)
    await dispatcher.stop({ graceMs: 0 })
  }))

test('after an error the dispatcher waits before it tries again', () =>
  withStore(async (parts) => {
    let tries = 0
    const { dispatcher } = startWith(parts, {
      write: async () => {
        tries++
        throw new Error('unreachable')
      },
    })
    await until(parts, () => tries === 3)
    for (let turns = 0; turns < 50; turns++) await new Promise((turn) => setImmediate(turn))
    expect(tries).toBe(3)
    await dispatcher.stop({ graceMs: 0 })
  }))

test('while the queue cannot be reached it is asked ever more rarely, and found again within 10 s', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one'])
    let isReachable = false
    const { dispatcher, started, errors } = startWith(parts, {
      write: (change) => (isReachable ? parts.store.write(change) : Promise.reject(new Error('disk full'))),
    })
    const startMs = parts.clock.nowMs()
    await until(parts, () => parts.clock.nowMs() - startMs >= 60_000)
    expect(errors.length).toBeLessThan(12)
    isReachable = true
    await until(parts, () => started.length === 1)
    expect(parts.clock.nowMs() - startMs).toBeLessThan(71_000)
    started[0]!.end()
    await dispatcher.stop({ graceMs: 60_000 })
  }))

test('stopping waits for what is held, claims nothing more, and may be asked for twice', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one', 'two'])
    const { dispatcher, started } = startWith(parts, { rooms: slices(1) })
    await until(parts, () => started.length === 1)
    const stopped = Promise.all([dispatcher.stop({ graceMs: 60_000 }), dispatcher.stop({ graceMs: 0 })])
    started[0]!.end()
    await stopped
    expect(await states(parts)).toEqual(['done', 'queued'])
  }))

test('what does not end within the grace is stopped and given back, due at once and without a count', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['obeys', 'hangs'])
    const { dispatcher, started } = startWith(parts, {
      async handle(item, signal) {
        started.push({ item, signal, end: () => {} })
        await new Promise((_, reject) => {
          if (item.id === 1) signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      },
    })
    await until(parts, () => started.length === 2)
    let isStopped = false
    const stopping = dispatcher.stop({ graceMs: 5_000 }).then(() => (isStopped = true))
    const startMs = clock.nowMs()
    await until(parts, () => isStopped)
    await stopping
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(5_000)
    expect(await itemRows(store.read)).toMatchObject([
      { state: 'queued', worker: null, interruptions: 0, failures: 0 },
      { state: 'queued', worker: null, interruptions: 0, failures: 0 },
    ])
  }))

test('an item that must run alone waits for the others, and the others for it', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['suspect', 'running', 'waiting'])
    const [suspect] = await claimItems(parts)
    const { dispatcher, started } = startWith(parts)
    await until(parts, () => started.length === 2)
    await store.write((db) => releaseAlone(db, suspect!, { nowMs: clock.nowMs() }))
    const order = () => started.map(({ item }) => (item.payload as { key: string }).key)
    started[0]!.end()
    await until(parts, async () => (await states(parts))[1] === 'done')
    expect(order()).toEqual(['running', 'waiting'])
    started[1]!.end()
    await addItems(parts, ['last'])
    await until(parts, () => started.length === 3)
    dispatcher.wake()
    expect(order()).toEqual(['running', 'waiting', 'suspect'])
    expect((await states(parts)).at(-1)).toBe('queued')
    started[2]!.end()
    await until(parts, () => started.length === 4)
    started[3]!.end()
    await dispatcher.stop({ graceMs: 1_000 })
    expect(await states(parts)).toEqual(['done', 'done', 'done', 'done'])
  }))

test('an item whose claim a crash of the database has undone is given back, and begun anew when the first work on it has ended', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addItems(parts, ['one'])
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const seen: string[] = []
    const { dispatcher } = startWith(parts, {
      async handle(item, signal) {
        seen.push(`begins ${item.attempt} with ${JSON.stringify(item.progress)}`)
        if (seen.length > 1) return
        await new Promise((stopped) => signal.addEventListener('abort', stopped))
        seen.push('is stopped')
        await mayEnd
        // It passes for the holder, because the second claim has the same number.
        expect(await store.write((db) => saveProgress(db, item, { settled: 1 }))).toBe(true)
        seen.push('ends')
      },
    })
    await until(parts, () => seen.length === 1)
    await store.write((db) =>
      db
        .updateTable('item')
        .set({ state: 'queued', attempt: 0, worker: null, lease_until_ms: null })
        .execute(),
    )
    await until(parts, () => seen.length === 2)
    // The second claim.
    await until(parts, async () => (await states(parts))[0] === 'running')
    end()
    await until(parts, () => seen.length === 4)
    expect(seen).toEqual(['begins 1 with undefined', 'is stopped', 'ends', 'begins 2 with {"settled":1}'])
    await dispatcher.stop({ graceMs: 1_000 })
  }))

test.runIf(onPostgres)(
  'while a transaction is needed and finds nothing, it is tried no more often than the queue is polled',
  () =>
    withStore(async (parts) => {
      const { store } = parts
      await addItems(parts, ['running'])
      let transactions = 0
      let statements = 0
      const { dispatcher, started } = startWith(parts, {
        write: (change) => {
          transactions++
          return store.write(change)
        },
        executeSoon: (change) => {
          statements++
          return store.executeSoon!(change)
        },
      })
      await until(parts, () => started.length === 1)
      await addItems(parts, ['alone'])
      await store.write((db) =>
        db.updateTable('item').set({ is_alone: 1 }).where('state', '=', 'queued').execute(),
      )
      const before = transactions
      // The clock stands still.
      for (let wakes = 0; wakes < 6; wakes++) {
        const seen = statements
        dispatcher.wake()
        while (statements === seen) await new Promise((turn) => setImmediate(turn))
      }
      expect(transactions - before).toBe(1)
      started[0]!.end()
      await until(parts, () => started.length === 2)
      started[1]!.end()
      await dispatcher.stop({ graceMs: 1_000 })
    }),
)

test.runIf(onPostgres)(
  'the turn that a lane has come to is written down now and then, and never a lower one',
  () =>
    withStore(async (parts) => {
      const { store } = parts
      await addItems(parts, ['one', 'two', 'three', 'back'])
      const { dispatcher, started } = startWith(parts, { rooms: slices(1) })
      const laneTurn = async () => {
        const turns = store.read.selectFrom('turn').select('turn').where('account_id', '=', '')
        return (await turns.executeTakeFirstOrThrow()).turn
      }
      const endNext = async () => {
        const before = started.length
        started.at(-1)?.end()
        while (started.length === before) await new Promise((turn) => setImmediate(turn))
      }
      dispatcher.wake()
      // The clock stands still.
      for (let count = 0; count < 3; count++) await endNext()
      expect(await laneTurn()).toBe(1)
      await store.write((db) =>
        db.updateTable('item').set({ turn: 2 }).where('state', '=', 'queued').execute(),
      )
      await endNext()
      // All rooms are full.
      await until(parts, async () => (await laneTurn()) > 1)
      expect(await laneTurn()).toBe(3)
      started.at(-1)?.end()
      await dispatcher.stop({ graceMs: 1_000 })
    }),
)
