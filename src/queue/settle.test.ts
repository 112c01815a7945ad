import { expect, test } from 'vitest'
import { LEASE_MS, addItems, addTask, claimItems, itemRows } from '../../test/support/queueItems.ts'
import { withStore } from '../../test/support/withStore.ts'
import { extend } from './extend.ts'
import { firstFailure } from './firstFailure.ts'
import { postpone } from './postpone.ts'
import { release } from './release.ts'
import { backoffMs, retry } from './retry.ts'
import { settle } from './settle.ts'
import { sweep } from './sweep.ts'
import { wakeAsset } from './wakeAsset.ts'

const failure = { code: 'decoder_stalled', message: 'no frame for 20 s' } as const
const random = () => 0.5

test('a settled item is nobody’s any more, and is settled once', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one'])
    const [item] = await claimItems(parts)
    const end = { state: 'done', nowMs: clock.nowMs() } as const
    expect(await store.write((db) => settle(db, item!, end))).toBe(true)
    expect(await store.write((db) => settle(db, item!, end))).toBe(false)
    expect(await itemRows(store.read)).toMatchObject([
      { state: 'done', worker: 'worker', lease_until_ms: null },
    ])
    clock.advance(LEASE_MS * 2)
    expect(await store.write((db) => sweep(db, clock.nowMs()))).toEqual({ released: [], exhausted: [] })
  }))

test('an item whose worker died goes to another worker when its lease ends, and the first one cannot write', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one'])
    const [lost] = await claimItems(parts, { worker: 'first' })
    clock.advance(LEASE_MS - 1)
    expect(await store.write((db) => sweep(db, clock.nowMs()))).toMatchObject({ released: [] })
    clock.advance(1)
    expect(await store.write((db) => sweep(db, clock.nowMs()))).toMatchObject({
      released: [{ accountId: 'a' }],
    })
    const [taken] = await claimItems(parts, { worker: 'second' })
    expect(taken).toMatchObject({ id: lost!.id, attempt: 2 })
    const nowMs = clock.nowMs()
    expect(await store.write((db) => settle(db, lost!, { state: 'done', nowMs }))).toBe(false)
    expect(await store.write((db) => retry(db, lost!, { failure, nowMs, random }))).toBe('lost')
    expect(await store.write((db) => release(db, lost!, { nowMs }))).toBe(false)
    expect(await store.write((db) => postpone(db, lost!, { dueMs: nowMs, nowMs }))).toBe(false)
    expect(await store.write((db) => settle(db, taken!, { state: 'done', nowMs }))).toBe(true)
  }))

test('an extended lease keeps the item, and whoever lost one is told', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['kept', 'lost'])
    const [kept, lost] = await claimItems(parts, { limit: 2 })
    await store.write((db) => release(db, lost!, { nowMs: clock.nowMs() }))
    await claimItems(parts, { worker: 'another' })
    clock.advance(LEASE_MS - 1)
    const untilMs = clock.nowMs() + LEASE_MS
    expect(await store.write((db) => extend(db, [kept!, lost!], untilMs))).toEqual([lost])
    clock.advance(1)
    expect(await store.write((db) => sweep(db, clock.nowMs()))).toMatchObject({
      released: [{ accountId: 'a' }],
    })
    expect(await itemRows(store.read)).toMatchObject([
      { state: 'running', lease_until_ms: untilMs },
      { state: 'queued' },
    ])
  }))

test('what goes wrong is tried again later, and after the third time the caller is told to fail it', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one'])
    const fail = async () => {
      const [item] = await claimItems(parts)
      return store.write((db) => retry(db, item!, { failure, nowMs: clock.nowMs(), random }))
    }
    expect(await fail()).toBe('queued')
    expect(await claimItems(parts)).toEqual([])
    clock.advance(2_000)
    expect(await fail()).toBe('queued')
    clock.advance(8_000)
    expect(await fail()).toBe('exhausted')
    expect(await itemRows(store.read)).toMatchObject([
      { state: 'running', failures: 3, error_code: 'decoder_stalled' },
    ])
  }))

test('an item can be kept from being tried again for longer, but not for ever', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['one', 'two'])
    for (const leastMs of [60_000, 1e9]) {
      const [item] = await claimItems(parts)
      await store.write((db) => retry(db, item!, { failure, nowMs: clock.nowMs(), leastMs, random }))
    }
    clock.advance(59_999)
    expect(await claimItems(parts)).toEqual([])
    clock.advance(1)
    expect(await claimItems(parts)).toHaveLength(1)
    clock.advance(14 * 60_000)
    expect(await claimItems(parts)).toHaveLength(1)
  }))

test('backoffs grow, and chance spreads them from half to one and a half', () => {
  expect([1, 2, 3].map((failures) => backoffMs(failures, 0.5))).toEqual([2_000, 8_000, 32_000])
  expect([0, 1].map((chance) => backoffMs(1, chance))).toEqual([1_000, 3_000])
})

test('the failure of a task is that of its first failed item', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addTask(parts, 'task')
    await addItems(parts, ['one', 'two', 'three'], { taskId: 'task' })
    expect(await firstFailure(store.read, 'task')).toBeUndefined()
    const [, two, three] = await claimItems(parts, { limit: 3 })
    const nowMs = clock.nowMs()
    const other = { code: 'media_unreadable', message: 'the later slice' } as const
    await store.write((db) => settle(db, three!, { state: 'failed', failure: other, nowMs }))
    await store.write((db) => settle(db, two!, { state: 'failed', failure, nowMs }))
    expect(await firstFailure(store.read, 'task')).toEqual(failure)
  }))

test('a plan that waits for its asset becomes due when the asset wakes it', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['plan'], { kind: 'plan', dueMs: clock.nowMs() + 60_000 })
    expect(await claimItems(parts)).toEqual([])
    await store.write((db) => wakeAsset(db, 'another', clock.nowMs()))
    expect(await claimItems(parts)).toEqual([])
    await store.write((db) => wakeAsset(db, 'asset', clock.nowMs()))
    expect(await claimItems(parts)).toHaveLength(1)
  }))
