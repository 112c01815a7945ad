import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { LEASE_MS, addItems, claimItems, itemRows } from '../../test/support/queueItems.ts'
import { onPostgres, openStoreAt } from '../../test/support/withDatabase.ts'
import { withStore } from '../../test/support/withStore.ts'
import { enqueue } from './enqueue.ts'
import { saveProgress } from './progress.ts'
import { release, releaseAlone } from './release.ts'

const keys = (items: readonly { payload: unknown }[]) =>
  items.map(({ payload }) => (payload as { key: string }).key)

test('an item carries what it was enqueued with to whoever claims it, with a lease', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one'], { payload: { key: 'one', startMs: 5 } })
    expect(await claimItems(parts)).toEqual([
      {
        id: 1,
        kind: 'slice',
        accountId: 'a',
        assetId: 'asset',
        payload: { key: 'one', startMs: 5 },
        attempt: 1,
        worker: 'worker',
        leaseUntilMs: parts.clock.nowMs() + LEASE_MS,
        isAlone: false,
      },
    ])
  }))

test('writing the same item twice does nothing', () =>
  withStore(async (parts) => {
    expect(await addItems(parts, ['one', 'two'])).toBe(2)
    expect(await addItems(parts, ['two', 'three', 'three'])).toBe(1)
    expect((await itemRows(parts.store.read)).map(({ key, turn }) => [key, turn])).toEqual([
      ['one', 1],
      ['two', 2],
      ['three', 3],
    ])
  }))

test('two claimers that race over the same items never get the same one', () =>
  withStore(async (parts) => {
    const names = Array.from({ length: 200 }, (_, index) => `item ${index}`)
    await addItems(parts, names)
    const other = await openStoreAt(parts.location, parts.clock)
    const claimAll = async (store: typeof other, worker: string) => {
      const claimed: string[] = []
      for (let some = 1; some > 0;) {
        const items = await claimItems({ ...parts, store }, { worker, limit: 3 })
        claimed.push(...keys(items))
        some = items.length
      }
      return claimed
    }
    const [first, second] = await Promise.all([claimAll(parts.store, 'first'), claimAll(other, 'second')])
    await other.close()
    expect([...first, ...second].toSorted()).toEqual(names.toSorted())
    expect(first.length * second.length).toBeGreaterThan(0)
  }))

test('an account that comes late does not wait behind all that another has queued', () =>
  withStore(async (parts) => {
    await addItems(parts, ['a1', 'a2', 'a3', 'a4', 'a5'])
    expect(keys(await claimItems(parts))).toEqual(['a1'])
    await addItems(parts, ['b1', 'b2'], { accountId: 'b' })
    expect(keys(await claimItems(parts, { limit: 10 }))).toEqual(['a2', 'b1', 'a3', 'b2', 'a4', 'a5'])
  }))

test('control items overtake, and do not push the account back that made them', () =>
  withStore(async (parts) => {
    await addItems(parts, ['a1', 'a2', 'a3'])
    await addItems(parts, ['control 1', 'control 2', 'control 3'], { lane: 0 })
    expect(keys(await claimItems(parts, { limit: 3 }))).toEqual(['control 1', 'control 2', 'control 3'])
    await addItems(parts, ['b1'], { accountId: 'b' })
    expect(keys(await claimItems(parts, { limit: 4 }))).toEqual(['a1', 'b1', 'a2', 'a3'])
  }))

test('what ends a task does not wait behind all that its account has queued meanwhile', () =>
  withStore(async (parts) => {
    await addItems(parts, ['a1', 'a2', 'a3'])
    expect(keys(await claimItems(parts))).toEqual(['a1'])
    await addItems(parts, ['end'], { isEnd: true })
    await addItems(parts, ['a4'])
    expect(keys(await claimItems(parts, { limit: 9 }))).toEqual(['end', 'a2', 'a3', 'a4'])
  }))

test('only due items of the kinds and lanes that were asked for are claimed', () =>
  withStore(async (parts) => {
    await addItems(parts, ['later'], { dueMs: parts.clock.nowMs() + 1 })
    await addItems(parts, ['plan'], { kind: 'plan' })
    await addItems(parts, ['bulk'], { lane: 2 })
    expect(await claimItems(parts, { kinds: ['slice'], lanes: [0, 1] })).toEqual([])
    expect(keys(await claimItems(parts, { kinds: ['plan', 'slice'], limit: 9 }))).toEqual(['plan', 'bulk'])
    parts.clock.advance(1)
    expect(keys(await claimItems(parts))).toEqual(['later'])
  }))

test('an item that must run alone goes only to a caller who can run it alone', () =>
  withStore(async (parts) => {
    await addItems(parts, ['suspect', 'other'])
    const [suspect] = await claimItems(parts)
    await parts.store.write((db) => releaseAlone(db, suspect!, { nowMs: parts.clock.nowMs() }))
    expect(keys(await claimItems(parts, { limit: 2 }))).toEqual(['other'])
    expect(await claimItems(parts, { alone: true })).toMatchObject([{ attempt: 2, isAlone: true }])
  }))

test('the next attempt knows how far the one before got', () =>
  withStore(async (parts) => {
    await addItems(parts, ['one'])
    const [first] = await claimItems(parts)
    await parts.store.write((db) => saveProgress(db, first!, { settled: 7 }))
    await parts.store.write((db) => release(db, first!, { nowMs: parts.clock.nowMs() }))
    const [second] = await claimItems(parts)
    expect(second).toMatchObject({ attempt: 2, progress: { settled: 7 } })
    expect(await parts.store.write((db) => saveProgress(db, first!, { settled: 1 }))).toBe(false)
  }))

test.skipIf(onPostgres)('SQLite: a claim is one scan of an index in the order of the claims', () =>
  withStore(async ({ store, clock }) => {
    await store.write((db) =>
      enqueue(db, clock.nowMs(), [
        { accountId: 'a', kind: 'slice', key: 'x', lane: 1, dueMs: 0, payload: {} },
      ]),
    )
    const plan = async (alone: number) => {
      const { rows } = await sql<{ detail: string }>`
        explain query plan
        select id from item
         where state = 'queued' and is_alone = ${sql.lit(alone)} and pause_id = 0 and lane = ${1} and due_ms <= ${5}
           and kind in ('slice', 'plan')
         order by lane, turn, id limit ${3}`.execute(store.read)
      return rows.map(({ detail }) => detail)
    }
    expect(await plan(0)).toEqual(['SEARCH item USING COVERING INDEX item_claim (lane=?)'])
    expect(await plan(1)).toEqual(['SEARCH item USING INDEX item_claim_alone (lane=?)'])
  }),
)

test.skipIf(onPostgres)(
  'SQLite: what failed or was cancelled of a task is found without a look at its other items',
  () =>
    withStore(async ({ store }) => {
      for (const state of ['failed', 'cancelled']) {
        const { rows } = await sql<{ detail: string }>`
        explain query plan
        select * from item where task_id = ${'task'} and state = ${sql.lit(state)} and id > ${1}
         order by id limit ${2}`.execute(store.read)
        expect(rows.map(({ detail }) => detail)).toEqual([
          `SEARCH item USING INDEX item_${state} (task_id=? AND id>?)`,
        ])
      }
    }),
)
