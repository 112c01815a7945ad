import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { onPostgres } from '../../../test/support/withDatabase.ts'
import { withStore } from '../../../test/support/withStore.ts'
import { ensureExtension } from './vectorIndex/extension.ts'

const never = new AbortController().signal

test.runIf(!onPostgres)('SQLite has no changes that others need not wait for', () =>
  withStore(async ({ store }) => expect(store.writeSlowly).toBeUndefined()),
)

test.runIf(onPostgres)('while a slow change runs other changes are made, and it has no time-out', () =>
  withStore(async ({ store }) => {
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const slow = store.writeSlowly!(async (db) => {
      await sql`update account set name = 'slow' where id = 'a'`.execute(db)
      begun.resolve()
      await goOn.promise
      const { rows } = await sql<{ value: string }>`
        select current_setting('statement_timeout') as value`.execute(db)
      return rows[0]?.value
    }, never)
    await begun.promise
    await store.write((db) => sql`update account set name = 'quick' where id = 'b'`.execute(db))
    goOn.resolve()
    expect(await slow).toBe('0')
    const { rows } = await sql`select name from account order by id`.execute(store.read)
    expect(rows).toEqual([{ name: 'slow' }, { name: 'quick' }])
  }),
)

test.runIf(onPostgres)(
  'a slow change that is called off stops in the middle of a statement and leaves nothing',
  () =>
    withStore(async ({ store }) => {
      const stopping = new AbortController()
      const slow = store.writeSlowly!(async (db) => {
        await sql`update account set name = 'slow' where id = 'a'`.execute(db)
        const sleeping = sql`select pg_sleep(600)`.execute(db)
        stopping.abort()
        await sleeping
      }, stopping.signal)
      await expect(slow).rejects.toMatchObject({ code: 'storage_unavailable' })
      await expect(store.writeSlowly!(async () => 'begun', stopping.signal)).rejects.toThrow(/aborted/)
      const { rows } = await sql`select name from account where id = 'a'`.execute(store.read)
      expect(rows).toEqual([{ name: 'a' }])
      expect(await store.writeSlowly!(async () => 'again', never)).toBe('again')
    }),
)

test.runIf(onPostgres)('without pgvector a server says so, and nothing is changed', () =>
  withStore(async ({ store }) => {
    expect(await store.writeSlowly!((db) => ensureExtension(db), never)).toBe(
      'The database server does not have the extension vector (pgvector).',
    )
  }),
)
