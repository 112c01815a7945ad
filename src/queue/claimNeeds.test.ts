import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addItems, claimItems } from '../../test/support/queueItems.ts'
import { onPostgres, openStoreAt } from '../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import type { NewItem } from './enqueue.ts'
import { needsSince, noteWait } from './unclaimed.ts'
import { keepWorker, liveWorkers, removeWorker } from './workers.ts'

const GIGABYTE = 1_000_000_000

const input = (hash: string, sizeBytes = GIGABYTE): Pick<NewItem, 'input'> => ({ input: { hash, sizeBytes } })

const needing = (id: string): Pick<NewItem, 'model'> => ({ model: { id, revision: '1' } })

const keysOf = (items: readonly { payload: unknown }[]) =>
  items.map(({ payload }) => (payload as { key: string }).key)

/** Says that these work here. */
const live = ({ store, clock }: StoreForTest, ...names: string[]) =>
  store.write(async (db) => {
    for (const name of names)
      await keepWorker(db, { name, kinds: ['slice'], models: ['small@1'] }, clock.nowMs())
  })

test('a worker claims what needs no model or one that it has, and leaves the rest to others', () =>
  withStore(async (parts) => {
    await addItems(parts, ['large'], needing('large'))
    await addItems(parts, ['small'], needing('small'))
    await addItems(parts, ['none'])
    expect(keysOf(await claimItems(parts, { limit: 5, models: ['small@1'] }))).toEqual(['small', 'none'])
    // Another revision is another model.
    expect(await claimItems(parts, { limit: 5, models: ['large@2', 'small@1'] })).toEqual([])
    expect(keysOf(await claimItems(parts, { limit: 5, models: ['large@1'] }))).toEqual(['large'])
  }))

test('where nobody else could have the model, whoever claims takes all', () =>
  withStore(async (parts) => {
    await addItems(parts, ['large'], needing('large'))
    expect(keysOf(await claimItems(parts))).toEqual(['large'])
  }))

test('what waits for a model that nobody has is known, and says so on its row', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await addItems(parts, ['large', 'large too'], needing('large'))
    await addItems(parts, ['small'], needing('small'))
    clock.advance(1_000)
    const sinceMs = clock.nowMs()
    expect(await needsSince(store.read, sinceMs)).toEqual(
      expect.arrayContaining([
        { kind: 'slice', model: 'large@1', count: 2 },
        { kind: 'slice', model: 'small@1', count: 1 },
      ]),
    )
    const failure = { code: 'model_missing', message: 'Nobody has it.' } as const
    const note = () =>
      store.write((db) => noteWait(db, { kind: 'slice', model: 'large@1' }, { failure, sinceMs }))
    await note()
    await note()
    const rows = await store.read
      .selectFrom('item')
      .select(['key', 'state', 'error_code', 'failures'])
      .orderBy('id')
      .execute()
    expect(rows).toEqual([
      { key: 'large', state: 'queued', error_code: 'model_missing', failures: 0 },
      { key: 'large too', state: 'queued', error_code: 'model_missing', failures: 0 },
      { key: 'small', state: 'queued', error_code: null, failures: 0 },
    ])
  }))

test('a worker lives while it says so, and is forgotten when it ends', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await live(parts, 'one', 'two')
    const names = async () =>
      (await liveWorkers(store.read, clock.nowMs())).map(({ name }) => name).toSorted()
    expect(await names()).toEqual(['one', 'two'])
    await store.write((db) => removeWorker(db, 'two'))
    expect(await names()).toEqual(['one'])
    clock.advance(13_000)
    expect(await names()).toEqual([])
  }))

test('an item whose input is here overtakes others by a few turns, and no more', () =>
  withStore(async (parts) => {
    const many = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name} ${at}`)
    await addItems(parts, many('other', 5))
    await addItems(parts, many('before', 4), { accountId: 'b' })
    await addItems(parts, ['near'], { accountId: 'b', ...input('here') })
    await addItems(parts, many('between', 20), { accountId: 'b' })
    await addItems(parts, ['far'], { accountId: 'b', ...input('here') })
    const order = { inputsHere: ['here'] }
    expect(keysOf(await claimItems(parts, order))).toEqual(['near'])
    // It does not take the lane with it: who comes now waits for nobody who waits already.
    const turn = parts.store.read.selectFrom('turn').select('turn').where('account_id', '=', '')
    expect(await turn.execute()).toEqual([{ turn: 1 }])
    expect(keysOf(await claimItems(parts, order))).toEqual(['other 0'])
  }))

test('an input that another worker has is left to it for as long as it would take to fetch, and what is behind is taken', () =>
  withStore(async (parts) => {
    await live(parts, 'first', 'second')
    await addItems(parts, ['one', 'two', 'three', 'six'], input('large'))
    await addItems(parts, ['four'], input('small', 9_000_000))
    await addItems(parts, ['five'])
    const claimAs = (worker: string, inputsHere: string[] = []) =>
      claimItems(parts, { worker, inputsHere }).then(keysOf)
    expect(await claimAs('first')).toEqual(['one'])
    expect(await claimAs('second')).toEqual(['four'])
    expect(await claimAs('second')).toEqual(['five'])
    expect(await claimAs('second')).toEqual([])
    expect(await claimAs('first', ['large'])).toEqual(['two'])
    parts.clock.advance(10_000)
    await live(parts, 'first', 'second', 'third')
    expect(await claimAs('second')).toEqual(['three'])
    // Two have it now: a third one fetches it only for work that waits for long.
    expect(await claimAs('third')).toEqual([])
    parts.clock.advance(50_000)
    await live(parts, 'first', 'second', 'third')
    expect(await claimAs('third')).toEqual(['six'])
  }))

test('what a worker has is left to it for a while after its work, and to nobody who has died', () =>
  withStore(async (parts) => {
    const { store, clock } = parts
    await live(parts, 'first', 'second')
    await addItems(parts, ['one'], input('large'))
    await claimItems(parts, { worker: 'first', inputsHere: [] })
    await store.write((db) =>
      db.updateTable('item').set({ state: 'done', finished_ms: clock.nowMs() }).execute(),
    )
    clock.advance(5_000)
    await live(parts, 'first', 'second')
    await addItems(parts, ['two'], input('large', 4 * GIGABYTE))
    const claim = () => claimItems(parts, { worker: 'second', inputsHere: [] }).then(keysOf)
    expect(await claim()).toEqual([])
    clock.advance(13_000)
    await live(parts, 'second')
    expect(await claim()).toEqual(['two'])
  }))

test('of several who claim at once one begins to fetch an input', () =>
  withStore(async (parts) => {
    const names = ['first', 'second', 'third', 'fourth']
    await live(parts, ...names)
    await addItems(parts, ['one', 'two', 'three', 'four'], input('large'))
    const others = await Promise.all(names.map(() => openStoreAt(parts.location, parts.clock)))
    const claimed = await Promise.all(
      others.map((store, at) => claimItems({ ...parts, store }, { worker: names[at] ?? '', inputsHere: [] })),
    )
    for (const other of others) await other.close()
    expect(claimed.flat()).toHaveLength(1)
  }))

test('what fits a worker is found in the index of claims, and what is near in that of inputs', () =>
  withStore(async (parts) => {
    const { store } = parts
    await addItems(parts, ['one'], { ...input('here'), ...needing('small') })
    // So that the tables are looked through only where there is no index.
    if (onPostgres) await sql`set enable_seqscan = off`.execute(store.read)
    const planOf = async (which: ReturnType<typeof sql>) => {
      const explain = onPostgres ? sql`explain` : sql`explain query plan`
      const { rows } = await sql`${explain} select id from item
        where state = 'queued' and is_alone = 0 and pause_id = 0 and due_ms <= 5 and ${which}
        order by lane, turn, id limit 1`.execute(store.read)
      return JSON.stringify(rows)
    }
    const fits = sql`lane in (1) and kind in ('slice', 'part') and model in ('', 'small@1')`
    const plan = await planOf(fits)
    expect(plan).toContain('item_claim')
    // In the order of the index.
    expect(plan).not.toMatch(/sort|temp b-tree/i)
    expect(await planOf(sql`${fits} and input_hash in ('here', 'there')`)).toMatch(/item_(input|claim)/)
  }))
