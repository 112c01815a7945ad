import { expect, test } from 'vitest'
import { addItems, addTask, claimItems, itemRows } from '../../test/support/queueItems.ts'
import { withStore } from '../../test/support/withStore.ts'
import { cancelQueued, cancelRunning } from './cancelItems.ts'
import { settle, settleDone } from './settle.ts'
import { wakeTask } from './wakeTask.ts'

test('what workers hold of a cancelled task is taken from them, and nobody else’s', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    await addItems(parts, ['mine'], { taskId: 'task' })
    await addItems(parts, ['other'])
    const [mine, other] = await claimItems(parts, { limit: 2 })
    expect(await store.write((db) => cancelRunning(db, 'task', 5))).toMatchObject([
      { id: mine!.id, attempt: 1, worker: 'worker', payload: { key: 'mine' } },
    ])
    const end = { state: 'done', nowMs: 6 } as const
    expect(await store.write((db) => settle(db, mine!, end))).toBe(false)
    expect(await store.write((db) => settle(db, other!, end))).toBe(true)
    expect(await itemRows(store.read)).toMatchObject([
      { key: 'mine', state: 'cancelled', worker: 'worker', lease_until_ms: null, finished_ms: 5 },
      { key: 'other', state: 'done' },
    ])
  }))

test('queued items are cancelled some at a time, until there are no more', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addTask(parts, 'task')
    await addItems(parts, ['a', 'b', 'c', 'd', 'e'], { taskId: 'task' })
    const [done] = await claimItems(parts)
    await store.write((db) => settle(db, done!, { state: 'done', nowMs: 1 }))
    const cancel = async (after: string) => {
      const { next, cancelled } = await store.write((db) =>
        cancelQueued(db, 'task', { after, limit: 2, nowMs: 2 }),
      )
      return [next, cancelled.length]
    }
    expect([await cancel(''), await cancel('b'), await cancel('d')]).toEqual([
      ['b', 1],
      ['d', 2],
      [undefined, 1],
    ])
    const states = (await itemRows(store.read)).map(({ state }) => state)
    expect(states).toEqual(['done', 'cancelled', 'cancelled', 'cancelled', 'cancelled'])
  }))

test('many items are settled at once, but for those that are held no more', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['a', 'b', 'c'])
    const items = await claimItems(parts, { limit: 3 })
    const [a, b, c] = items
    await store.write((db) => settle(db, b!, { state: 'skipped', nowMs: 1 }))
    const stale = { ...c!, attempt: 0 }
    expect(await store.write((db) => settleDone(db, [a!, b!, stale], clock.nowMs()))).toEqual(
      new Set([a!.id]),
    )
    const states = (await itemRows(store.read)).map(({ state }) => state)
    expect(states).toEqual(['done', 'skipped', 'running'])
  }))

test('an item that waits for its turn is due as soon as it is woken', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addTask(parts, 'task')
    await addItems(parts, ['list'], { taskId: 'task', kind: 'list', dueMs: clock.nowMs() + 60_000 })
    expect(await claimItems(parts, { kinds: ['list'] })).toEqual([])
    await store.write((db) => wakeTask(db, 'task', { kind: 'list', nowMs: clock.nowMs() }))
    expect(await claimItems(parts, { kinds: ['list'] })).toHaveLength(1)
  }))
