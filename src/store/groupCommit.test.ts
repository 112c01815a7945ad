import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { onPostgres } from '../../test/support/withDatabase.ts'
import { withStore } from '../../test/support/withStore.ts'
import type { Db } from '../domain/tables.ts'

const addAccount = (id: string) => (db: Db) =>
  db.insertInto('account').values({ id, name: id, user_id: id, created_ms: 0 }).execute()

const accountIds = async (db: Db) =>
  (await db.selectFrom('account').select('id').orderBy('id').execute()).map(({ id }) => id)

test('a change that fails is undone alone, its neighbours in the same commit stay', () =>
  withStore(async ({ store }) => {
    const failing = store.write(async (db) => {
      await addAccount('lost')(db)
      await addAccount('a')(db)
    })
    const outcomes = await Promise.allSettled([
      store.write(addAccount('before')),
      failing,
      store.write(addAccount('after')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await accountIds(store.read)).toEqual(['a', 'after', 'b', 'before'])
  }))

test('nobody reads what is not committed, and a write returns when it can be read', () =>
  withStore(async ({ store }) => {
    let seenWithin: string[] = []
    await store.write(async (db) => {
      await addAccount('new')(db)
      seenWithin = await accountIds(store.read)
    })
    expect(seenWithin).not.toContain('new')
    expect(await accountIds(store.read)).toContain('new')
  }))

test('changes see those before them and are told in the order of their arrival', () =>
  withStore(async ({ store }) => {
    const told: number[] = []
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store
          .write(async (db) => {
            await addAccount(`n${index}`)(db)
            return (await accountIds(db)).length
          })
          .then((count) => told.push(count)),
      ),
    )
    expect(told).toEqual(Array.from({ length: 50 }, (_, index) => index + 3))
  }))

test('a transaction that lasted long takes no further change: the next one finds it committed', () =>
  withStore(async ({ store, clock }) => {
    const slow = store.write(async (db) => {
      await addAccount('slow')(db)
      clock.advance(20)
    })
    const seen = store.write(() => accountIds(store.read))
    await slow
    expect(await seen).toContain('slow')
  }))

test('a change that arrives while another is applied is not lost', () =>
  withStore(async ({ store }) => {
    let second: Promise<unknown> | undefined
    await store.write(async (db) => {
      second = store.write(addAccount('second'))
      await addAccount('first')(db)
    })
    await second
    expect(await accountIds(store.read)).toEqual(['a', 'b', 'first', 'second'])
  }))

test('a statement that its change did not wait for is refused, not run in the transaction of another', () =>
  withStore(async ({ store }) => {
    let late: Promise<unknown> | undefined
    await store.write(async (db) => {
      late = Promise.resolve().then(async () => {
        for (let turns = 0; turns < 100; turns++) await Promise.resolve()
        await addAccount('late')(db)
      })
      // It is looked at later.
      late.catch(() => {})
    })
    await expect(late).rejects.toThrow('the transaction is over')
    expect(await accountIds(store.read)).toEqual(['a', 'b'])
  }))

test('closing waits for the changes that were accepted, and refuses those that come later', () =>
  withStore(async ({ store }) => {
    const accepted = store.write(addAccount('accepted'))
    const closed = store.close()
    await expect(store.write(addAccount('late'))).rejects.toMatchObject({ code: 'storage_unavailable' })
    await accepted
    await closed
  }))

test.skipIf(onPostgres)(
  'SQLite: a full disk fails the changes of the moment with disk_full, and writing goes on when there is space',
  () =>
    withStore(async ({ store }) => {
      const grow = (db: Db) =>
        db
          .insertInto('account')
          .values({ id: 'big', name: 'x'.repeat(4_000_000), user_id: 'big', created_ms: 0 })
          .execute()
      const { rows } = await store.write((db) => limitPages(db, 200))
      expect(rows).toHaveLength(1)
      await expect(store.write(grow)).rejects.toMatchObject({ code: 'disk_full' })
      await store.write((db) => limitPages(db, 100_000))
      await store.write(grow)
      expect(await accountIds(store.read)).toContain('big')
    }),
)

const limitPages = (db: Db, count: number) => sql.raw(`pragma max_page_count = ${count}`).execute(db)
