import { expect, test } from 'vitest'
import { LEASE_MS, addItems, claimItems, itemRows } from '../../test/support/queueItems.ts'
import { openStoreAt } from '../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { releaseAll } from './release.ts'
import { ALONE_FROM, MAX_INTERRUPTIONS, endInterrupted, sweep } from './sweep.ts'

const failure = { code: 'interrupted', message: 'every process that took it up died' } as const

/** Claims the only item and lets its lease end; the sweep's answer. */
async function interrupt(parts: StoreForTest) {
  const { store, clock } = parts
  const alone = (await itemRows(store.read))[0]?.is_alone === 1
  expect(await claimItems(parts, { alone })).toHaveLength(1)
  clock.advance(LEASE_MS)
  return store.write((db) => sweep(db, clock.nowMs()))
}

test('an interrupted item is due again at once, and from the fifth time on it runs alone', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one'])
    for (let times = 1; times < ALONE_FROM; times++) await interrupt(parts)
    expect(await itemRows(parts.store.read)).toMatchObject([{ interruptions: 4, is_alone: 0, failures: 0 }])
    await interrupt(parts)
    expect(await itemRows(parts.store.read)).toMatchObject([{ interruptions: 5, is_alone: 1 }])
    expect(await claimItems(parts)).toEqual([])
  }))

test('an item that was interrupted 25 times is handed out to be failed, until somebody does it', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one'])
    for (let times = 1; times < MAX_INTERRUPTIONS; times++)
      expect(await interrupt(parts)).toMatchObject({
        released: [{ accountId: 'a', taskId: null }],
        exhausted: [],
      })
    const { released, exhausted } = await interrupt(parts)
    expect(released).toEqual([])
    expect(exhausted).toMatchObject([{ kind: 'slice', accountId: 'a', payload: { key: 'one' } }])
    expect(await store.write((db) => sweep(db, clock.nowMs()))).toEqual({ released, exhausted })
    const end = () => store.write((db) => endInterrupted(db, 1, { failure, nowMs: clock.nowMs() }))
    expect(await end()).toBe(true)
    expect(await end()).toBe(false)
    expect(await itemRows(store.read)).toMatchObject([
      { state: 'failed', error_code: 'interrupted', interruptions: 25 },
    ])
  }))

test('several who sweep at once count no interruption twice', () =>
  withStore(async (parts) => {
    const { store, clock, location } = parts
    const names = Array.from({ length: 40 }, (_, index) => `item ${index}`)
    await addItems(parts, names)
    await claimItems(parts, { limit: names.length })
    clock.advance(LEASE_MS)
    const others = await Promise.all([openStoreAt(location, clock), openStoreAt(location, clock)])
    const swept = await Promise.all(
      [store, ...others].map(({ write }) => write((db) => sweep(db, clock.nowMs()))),
    )
    expect(swept.flatMap(({ released }) => released)).toHaveLength(names.length)
    for (const other of others) await other.close()
    const rows = await itemRows(store.read)
    expect(new Set(rows.map(({ interruptions }) => interruptions))).toEqual(new Set([1]))
  }))

test('a server that starts takes the items of its former life at once', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one', 'two', 'three'])
    await claimItems(parts, { limit: 2 })
    const { released, exhausted } = await store.write((db) => releaseAll(db, clock.nowMs()))
    expect([released.length, exhausted]).toEqual([2, []])
    const again = await claimItems(parts, { limit: 3 })
    expect(again.map(({ attempt }) => attempt)).toEqual([2, 2, 1])
    expect((await itemRows(store.read)).map(({ interruptions }) => interruptions)).toEqual([1, 1, 0])
  }))
