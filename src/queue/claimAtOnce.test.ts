import { sql, type RawBuilder } from 'kysely'
import { describe, expect, test } from 'vitest'
import { LEASE_MS, addItems, addTask, itemRows } from '../../test/support/queueItems.ts'
import { chanceFrom } from '../../test/support/unitVectors.ts'
import { onPostgres, openStoreAt } from '../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import type { Db, ItemKind } from '../domain/tables.ts'
import type { OpenStore } from '../store/store.ts'
import { ensurePause } from '../store/pauses.ts'
import type { ClaimedItem } from './claim.ts'
import { claimAtOnce } from './claimAtOnce.ts'
import { claimRound, type Room, type Round } from './claimRound.ts'
import { advanceTurns } from './turns.ts'

/** Rooms that share lanes and kinds, as those of a server do. */
const ROOMS: readonly Room[] = [
  { kinds: ['plan', 'finish'], lanes: [0], free: 4, readsInputs: true },
  { kinds: ['list'], lanes: [0], free: 0 },
  { kinds: ['slice'], lanes: [1], free: 3, readsInputs: true },
  { kinds: ['document', 'lines'], lanes: [2], free: 2 },
  { kinds: ['document'], lanes: [2], free: 3 },
]

const SLICES: readonly Room[] = [{ kinds: ['slice'], lanes: [1], free: 2 }]

const roundAt = (nowMs: number, rooms: readonly Room[], order: Partial<Round> = {}): Round => ({
  rooms,
  held: [],
  worker: 'worker',
  nowMs,
  leaseUntilMs: nowMs + LEASE_MS,
  ...order,
})

const atOnce = (
  { store, clock }: { store: OpenStore; clock: StoreForTest['clock'] },
  rooms: readonly Room[],
  order: Partial<Round> = {},
) => store.executeSoon!((db) => claimAtOnce(db, roundAt(clock.nowMs(), rooms, order)))

const keysOf = (items: readonly { payload: unknown }[]) =>
  items.map(({ payload }) => (payload as { key: string }).key)

const laneTurn = async (db: Db, lane: number) =>
  (
    await db
      .selectFrom('turn')
      .select('turn')
      .where('account_id', '=', '')
      .where('lane', '=', lane)
      .executeTakeFirst()
  )?.turn

/** What a round would claim; nothing is changed. */
async function foreseen({ store, clock }: StoreForTest, rooms: readonly Room[], order: Partial<Round>) {
  let items: ClaimedItem[] = []
  const undone = new Error('undone')
  const round = store.write(async (db) => {
    items = (await claimRound(db, roundAt(clock.nowMs(), rooms, order))).items
    throw undone
  })
  await expect(round).rejects.toBe(undone)
  return items
}

describe.runIf(onPostgres)('a claim by one statement', () => {
  test('takes what a round in a transaction would take, and where it takes less it says that there may be more', () =>
    withStore(async (parts) => {
      const { store, clock } = parts
      const random = chanceFrom(7)
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
      await addTask(parts, 'open', { accountId: 'b' })
      await addTask(parts, 'paused', { accountId: 'a' })
      await addTask(parts, 'ended', { accountId: 'b' })
      await store.write(async (db) => {
        await ensurePause(db, { accountId: 'a' }, clock.nowMs())
        await db.updateTable('task').set({ state: 'cancelled' }).where('id', '=', 'ended').execute()
      })
      const of: readonly [ItemKind, number][] = [
        ['plan', 0],
        ['finish', 0],
        ['slice', 1],
        ['document', 2],
        ['lines', 2],
      ]
      let whole = 0
      for (let time = 0; time < 60; time++) {
        await store.write((db) => db.deleteFrom('item').execute())
        const isMixed = time % 2 === 1
        for (let count = Math.floor(random() * 12); count > 0; count--) {
          const [kind, lane] = pick(of)
          await addItems(parts, [`${time} ${count}`], {
            accountId: pick(['a', 'b']),
            kind,
            lane,
            dueMs: clock.nowMs() + pick([0, 0, 0, 1]),
            ...pick([{}, {}, { model: { id: pick(['known', 'other']), revision: '1' } }]),
            ...(isMixed && pick([{}, {}, { taskId: pick(['open', 'paused', 'ended']) }])),
          })
          if (isMixed && random() < 0.05)
            await store.write((db) => db.updateTable('item').set({ is_alone: 1 }).execute())
        }
        const order = { models: ['known@1'] }
        const expected = await foreseen(parts, ROOMS, order)
        const { items, isMore } = await atOnce(parts, ROOMS, order)
        expect(expected).toEqual(expect.arrayContaining(items))
        if (!isMore) {
          whole++
          expect(items).toHaveLength(expected.length)
        }
        const running = (await itemRows(store.read)).filter(({ state }) => state === 'running')
        expect(running.map(({ id }) => id)).toEqual(
          items.map(({ id }) => id).toSorted((one, other) => one - other),
        )
      }
      // Otherwise nothing was compared.
      expect(whole).toBeGreaterThan(30)
      expect(whole).toBeLessThan(60)
    }))

  test('leaves everything to a round while an item that must run alone is due, or is held', () =>
    withStore(async (parts) => {
      const { store } = parts
      await addItems(parts, ['alone', 'other'])
      await store.write((db) =>
        db.updateTable('item').set({ is_alone: 1 }).where('key', '=', 'alone').execute(),
      )
      expect(await atOnce(parts, SLICES)).toMatchObject({ items: [], isMore: true })
      const { items } = await store.write((db) => claimRound(db, roundAt(parts.clock.nowMs(), SLICES)))
      expect(keysOf(items)).toEqual(['alone'])
      expect(await atOnce(parts, SLICES, { held: items })).toMatchObject({ items: [], isMore: false })
    }))

  test('does not start what belongs to a task that is paused or has ended', () =>
    withStore(async (parts) => {
      const { store, clock } = parts
      await addTask(parts, 'paused')
      await addItems(parts, ['stopped'], { taskId: 'paused' })
      await addItems(parts, ['free'])
      await store.write((db) => ensurePause(db, { accountId: 'a' }, clock.nowMs()))
      const { items, isMore } = await atOnce(parts, SLICES)
      expect([keysOf(items), isMore]).toEqual([['free'], true])
    }))

  test('leaves items whose input may be somewhere to a round, and takes those that read none', () =>
    withStore(async (parts) => {
      const rooms = SLICES.map((room) => ({ ...room, readsInputs: true }))
      await addItems(parts, ['large'], { input: { hash: 'h', sizeBytes: 1e9 } })
      await addItems(parts, ['none'])
      const { items, isMore } = await atOnce(parts, rooms, { inputsHere: [] })
      expect([keysOf(items), isMore]).toEqual([['none'], true])
      // Where all inputs are here, it does not matter.
      expect(keysOf((await atOnce(parts, rooms)).items)).toEqual(['large'])
    }))

  test('an item is never taken by two who claim at the same moment', () =>
    withStore(async (parts) => {
      const names = Array.from({ length: 300 }, (_, at) => `item ${at}`)
      await addItems(parts, names)
      const other = await openStoreAt(parts.location, parts.clock)
      const claimAll = async (store: OpenStore, worker: string) => {
        const claimed: string[] = []
        for (;;) {
          const { items } = await atOnce({ ...parts, store }, [{ ...SLICES[0]!, free: 7 }], { worker })
          if (items.length === 0) return claimed
          claimed.push(...keysOf(items))
        }
      }
      const claimed = await Promise.all([
        claimAll(parts.store, '1'),
        claimAll(parts.store, '2'),
        claimAll(other, '3'),
        claimAll(other, '4'),
      ])
      await other.close()
      expect(claimed.flat().toSorted()).toEqual(names.toSorted())
      expect(claimed.every(({ length }) => length > 0)).toBe(true)
    }))

  test('tells the turns its lanes have come to, and who writes them down waits for nobody', () =>
    withStore(async (parts) => {
      const { store } = parts
      await addItems(
        parts,
        Array.from({ length: 40 }, (_, at) => `item ${at}`),
      )
      const next = async (free: number) => {
        const { items, turns } = await atOnce(parts, [{ ...SLICES[0]!, free }])
        expect(items).toHaveLength(free)
        await store.executeSoon!((db) => advanceTurns(db, turns))
        return laneTurn(store.read, 1)
      }
      expect(await laneTurn(store.read, 1)).toBe(0)
      expect(await next(1)).toBe(1)
      expect(await next(9)).toBe(10)
      await store.write(async (db) => {
        await sql`select from turn where account_id = '' for update`.execute(db)
        // A transaction that is open has the row: the lane stays behind.
        expect(await next(5)).toBe(10)
      })
      expect(await next(5)).toBe(20)
    }))

  test('the same rooms make the same statement, whichever are full', () =>
    withStore(async (parts) => {
      const { store } = parts
      for (const full of [0, 1, 2]) {
        const rooms = ROOMS.map((room, at) => ({ ...room, free: at === full ? 0 : 1 }))
        await atOnce(parts, rooms)
      }
      const { rows } = await store.executeSoon!((db) =>
        sql`select name from pg_prepared_statements where statement like '%with alone as%' and statement not like '%pg_prepared%'`.execute(
          db,
        ),
      )
      expect(rows).toHaveLength(1)
    }))

  test('is planned once, by the indexes though all tables were empty then', () =>
    withStore(async (parts) => {
      const { store } = parts
      const ask = <Row>(query: RawBuilder<Row>) =>
        store.executeSoon!(async (db) => (await query.execute(db)).rows)
      for (let time = 0; time < 7; time++) await atOnce(parts, ROOMS, { models: ['m@1'], inputsHere: [] })
      const [claim, ...others] = await ask(sql<{ name: string; types: string; planned: number }>`
        select name, array_to_string(parameter_types, ' ') as types, custom_plans as planned from pg_prepared_statements
         where statement like '%with alone as%' and statement not like '%pg_prepared%'`)
      expect([claim?.planned, others]).toEqual([0, []])
      const values = claim!.types.split(' ').map((type) => (type === 'text' ? `'x'` : '1'))
      const rows = await ask(
        sql<Record<string, string>>`explain execute ${sql.ref(claim!.name)} (${sql.raw(values.join(', '))})`,
      )
      const plan = rows.flatMap((row) => Object.values(row)).join('\n')
      const ways = plan.match(/(\w+ )*Scan (using \w+ )?on (item|task)\b/g)
      expect(new Set(ways)).toEqual(
        new Set([
          'Index Scan using item_claim on item',
          'Index Scan using item_claim_alone on item',
          'Index Scan using item_pkey on item',
          'Index Scan using task_pkey on task',
        ]),
      )
      expect(plan).not.toMatch(/\bSort\b/)
    }))

  test('tells what it has started', () =>
    withStore(async (parts) => {
      await addItems(parts, ['one'])
      const told: unknown[] = []
      const stop = parts.store.onCommit(({ moves }) => told.push(...moves))
      const { items } = await atOnce(parts, SLICES)
      stop()
      expect(told).toMatchObject([{ of: 'item', id: items[0]!.id, state: 'running', attempt: 1 }])
    }))
})
