import { sql } from 'kysely'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../test/support/fakeClock.ts'
import { addTask } from '../../../test/support/queueItems.ts'
import { onPostgres, openStoreAt } from '../../../test/support/withDatabase.ts'
import { withStore, type StoreForTest } from '../../../test/support/withStore.ts'
import type { Db } from '../../domain/tables.ts'
import { systemClock } from '../../lib/clock.ts'
import { accountIds, ensureAccount } from '../accounts.ts'
import { openStore } from '../open.ts'
import type { OpenStore } from '../store.ts'
import { addTaskEvent, lastTaskEventId, readTaskEvents } from '../taskEvents.ts'
import { openPostgres } from './open.ts'

const urlOf = ({ location }: Pick<StoreForTest, 'location'>): string =>
  'url' in location ? location.url : expect.fail('this is a test of PostgreSQL')

/** A store and a second server on its database. */
const withTwo = (check: (parts: StoreForTest & { other: OpenStore }) => Promise<void>) =>
  withStore(async (parts) => {
    const other = await openStoreAt(parts.location, parts.clock)
    try {
      await check({ ...parts, other })
    } finally {
      await other.close()
    }
  })

/** What `check` throws, in either of the two, is thrown; ends when it is true. */
async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await check())) await new Promise((turn) => setImmediate(turn))
}

const addEvent = (db: Db, taskId: string) =>
  addTaskEvent(db, {
    accountId: 'a',
    taskId,
    kind: 'recovered',
    details: { itemCount: 1, after: 'restart' },
    nowMs: 1,
  })

const addAccount = (id: string) => (db: Db) => ensureAccount(db, { name: id, id, userId: id, nowMs: 1 })

const killOthers = (admin: Client) =>
  admin.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )

interface Column {
  name: string
  type: string
  isRequired: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  bigint: 'INTEGER',
  bytea: 'BLOB',
  'double precision': 'REAL',
  text: 'TEXT',
}

test.runIf(onPostgres)('both databases have the same tables, columns and indexes', () =>
  withStore(async ({ store, folder, clock }) => {
    const file = await openStore({ file: `${folder}/same.db`, clock })
    const sqlite = await columnsOfSqlite(file.read)
    const postgres = await columnsOfPostgres(store.read)
    expect(postgres).toEqual(sqlite)
    const { rows: ofSqlite } = await sql<{ name: string }>`
      select name from sqlite_schema where type = 'index' and sql is not null order by name`.execute(
      file.read,
    )
    const { rows: ofPostgres } = await sql<{ name: string }>`
      select indexname as name from pg_indexes
       where schemaname = 'public' and indexname not in (select conname from pg_constraint) order by indexname collate "C"`.execute(
      store.read,
    )
    expect(ofPostgres).toEqual(ofSqlite)
    await file.close()
  }),
)

async function columnsOfSqlite(db: Db): Promise<Record<string, Column[]>> {
  const { rows } = await sql<{ table: string; name: string; type: string; isRequired: number }>`
    select m.name as "table", c.name, c.type, c."notnull" or c.pk > 0 as "isRequired"
      from sqlite_schema m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like 'sqlite%' order by m.name, c.name`.execute(db)
  return byTable(rows)
}

async function columnsOfPostgres(db: Db): Promise<Record<string, Column[]>> {
  const { rows } = await sql<{ table: string; name: string; type: string; isRequired: boolean }>`
    select table_name as "table", column_name as name, data_type as type, is_nullable = 'NO' as "isRequired"
      from information_schema.columns where table_schema = 'public'
     order by table_name collate "C", column_name collate "C"`.execute(db)
  return byTable(rows.map((row) => ({ ...row, type: TYPES[row.type] ?? row.type })))
}

function byTable(rows: readonly { table: string; name: string; type: string; isRequired: unknown }[]) {
  const tables: Record<string, Column[]> = {}
  for (const { table, name, type, isRequired } of rows)
    (tables[table] ??= []).push({ name, type, isRequired: Boolean(isRequired) })
  return tables
}

test.runIf(onPostgres)('nobody who reads events passes one that is not committed yet', () =>
  withTwo(async ({ store, other }) => {
    const begun = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const slow = store.write(async (db) => {
      await addEvent(db, 'slow')
      begun.resolve()
      await end.promise
    })
    await begun.promise
    await other.write((db) => addEvent(db, 'fast'))
    const read = async () =>
      (await readTaskEvents(other.read, { after: 0, limit: 9 })).map(({ taskId }) => taskId)
    expect(await read()).toEqual([])
    expect(await lastTaskEventId(other.read)).toBe(0)
    end.resolve()
    await slow
    expect(await read()).toEqual(['slow', 'fast'])
    expect(await lastTaskEventId(other.read)).toBe(2)
  }),
)

test.runIf(onPostgres)(
  'a change that is one statement waits for no transaction, and may not become two',
  () =>
    withStore(async ({ store }) => {
      const begun = Promise.withResolvers<void>()
      const end = Promise.withResolvers<void>()
      const slow = store.write(async (db) => {
        await addAccount('slow')(db)
        begun.resolve()
        await end.promise
      })
      await begun.promise
      const rename = (name: string) => (db: Db) =>
        db.updateTable('account').set({ name }).where('id', '=', 'a').execute()
      for (const execute of [store.execute, store.executeSoon!]) await execute(rename('other'))
      const two = store.execute(async (db) => {
        await rename('one')(db)
        await rename('two')(db)
      })
      await expect(two).rejects.toThrow('the transaction is over')
      end.resolve()
      await slow
      const names = await store.read.selectFrom('account').select('name').where('id', '=', 'a').execute()
      expect(names).toEqual([{ name: 'one' }])
    }),
)

test.runIf(onPostgres)(
  'statements beyond those that are executed at once wait, and the store closes after them',
  () =>
    withStore(async (parts) => {
      const store = await openStoreAt(parts.location, parts.clock)
      const count = (db: Db) =>
        sql`update account set created_ms = created_ms + 1 where id = 'a' returning pg_sleep(0.01)`.execute(
          db,
        )
      const counting = Array.from({ length: 20 }, () => store.execute(count))
      await store.close()
      await Promise.all(counting)
      await expect(store.execute(count)).rejects.toMatchObject({ code: 'storage_unavailable' })
      const rows = await parts.store.read
        .selectFrom('account')
        .select('created_ms')
        .where('id', '=', 'a')
        .execute()
      expect(rows).toEqual([{ created_ms: 20 }])
    }),
)

test.runIf(onPostgres)('a statement whose connection breaks is made again over another one', () =>
  withStore(async (parts) => {
    const { store } = parts
    const admin = new Client(urlOf(parts))
    await admin.connect()
    await admin.query('begin')
    await admin.query(`select from account where id = 'a' for update`)
    const blocked = store.execute((db) =>
      db.updateTable('account').set({ name: 'blocked' }).where('id', '=', 'a').execute(),
    )
    const isWaiting = async () =>
      (await admin.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`)).rows.length > 0
    await until(isWaiting)
    await killOthers(admin)
    await admin.query('rollback')
    await admin.end()
    await blocked
    const rows = await store.read.selectFrom('account').select('name').where('id', '=', 'a').execute()
    expect(rows).toEqual([{ name: 'blocked' }])
  }),
)

test.runIf(onPostgres)(
  'events of many transactions of two servers are read once each, by who goes on after the last',
  () =>
    withTwo(async ({ store, other }) => {
      const writers = [store, other].map(async (server, index) => {
        for (let number = 0; number < 40; number++)
          await server.write(async (db) => {
            await addEvent(db, `${index} ${number}`)
            if (number % 3 === 0) await addEvent(db, `${index} ${number} again`)
          })
      })
      const seen: string[] = []
      let isDone = false
      const writing = Promise.all(writers).then(() => (isDone = true))
      for (let after = 0, isLast = false; ;) {
        const events = await readTaskEvents(store.read, { after, limit: 7 })
        seen.push(...events.map(({ taskId }) => taskId))
        after = events.at(-1)?.id ?? after
        if (events.length > 0) continue
        if (isLast) break
        isLast = isDone
      }
      await writing
      const { rows } = await sql<{ task_id: string }>`select task_id from task_event order by id`.execute(
        store.read,
      )
      expect(seen).toEqual(rows.map(({ task_id: id }) => id))
      expect(new Set(seen).size).toBe(108)
    }),
)

test.runIf(onPostgres)('a transaction that was rolled back for the sake of another is tried again', () =>
  withTwo(async ({ store, other }) => {
    const both = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() }
    let tries = 0
    const rename = (server: OpenStore, first: 'a' | 'b', second: 'a' | 'b') =>
      server.write(async (db) => {
        tries++
        await db
          .updateTable('account')
          .set({ name: `${first} of ${first}` })
          .where('id', '=', first)
          .execute()
        both[first].resolve()
        await both[second].promise
        await db
          .updateTable('account')
          .set({ name: `${second} of ${first}` })
          .where('id', '=', second)
          .execute()
      })
    await Promise.all([rename(store, 'a', 'b'), rename(other, 'b', 'a')])
    expect(tries).toBe(3)
    const names = await store.read.selectFrom('account').select('name').orderBy('id').execute()
    expect([
      ['a of a', 'b of a'],
      ['a of b', 'b of b'],
    ]).toContainEqual(names.map(({ name }) => name))
  }),
)

test.runIf(onPostgres)(
  'a connection that was lost is another one the next time, and what was not committed is done again',
  () =>
    withStore(async (parts) => {
      const { store } = parts
      const admin = new Client(urlOf(parts))
      await admin.connect()
      await killOthers(admin)
      await store.write(addAccount('after a restart'))
      let tries = 0
      await store.write(async (db) => {
        await addAccount('killed')(db)
        if (++tries === 1) await killOthers(admin)
        await addAccount('killed too')(db)
      })
      expect(tries).toBe(2)
      expect((await accountIds(store.read)).toSorted()).toEqual([
        'a',
        'after a restart',
        'b',
        'killed',
        'killed too',
      ])
      await admin.end()
    }),
)

test.runIf(onPostgres)(
  'a database that is not there is no bug of a statement, and no password is told',
  async () => {
    const failure = await openPostgres({
      url: 'postgres://me:hidden@127.0.0.1:1/none',
      clock: systemClock,
    }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'storage_unavailable',
      message: 'the database postgres://127.0.0.1:1/none cannot be reached',
      retryAfterMs: 2_000,
    })
  },
)

test.runIf(onPostgres)(
  'a stream whose connection is lost fails as unavailable, and the next one is whole',
  () =>
    withStore(async (parts) => {
      const admin = new Client(urlOf(parts))
      await admin.connect()
      await parts.store.write(async (db) => {
        for (let number = 0; number < 30; number++) await addAccount(`account ${number}`)(db)
      })
      const stream = parts.store.read.selectFrom('account').selectAll().stream(2)
      await stream.next()
      await killOthers(admin)
      const rest = Array.fromAsync(stream)
      await expect(rest).rejects.toMatchObject({ code: 'storage_unavailable' })
      expect(
        await Array.fromAsync(parts.store.read.selectFrom('account').selectAll().stream(2)),
      ).toHaveLength(32)
      await admin.end()
    }),
)

test.runIf(onPostgres)('many who read at once all get their answer', () =>
  withStore(async ({ store }) => {
    const names = await Promise.all(Array.from({ length: 300 }, () => accountIds(store.read)))
    expect(names).toHaveLength(300)
    expect(names.at(-1)).toHaveLength(2)
  }),
)

test.runIf(onPostgres)('time is the database’s, and more than two seconds from it no work is taken', () =>
  withStore(async (parts) => {
    const clock = fakeClock()
    let aheadMs = -1_500
    const store = await openPostgres({
      url: urlOf(parts),
      clock,
      readDatabaseMs: async () => clock.nowMs() + aheadMs,
    })
    expect(store.clock.nowMs()).toBe(clock.nowMs() - 1_500)
    expect(store.problem()).toBeUndefined()
    aheadMs = 2_001
    clock.advance(30_000)
    await until(() => store.problem() !== undefined)
    expect(store.problem()).toContain('2.001 s behind the database')
    aheadMs = 0
    clock.advance(30_000)
    await until(() => store.problem() === undefined)
    await store.close()
  }),
)

test.runIf(onPostgres)('the database says what time it is', () =>
  withStore(async (parts) => {
    const store = await openPostgres({ url: urlOf(parts), clock: systemClock })
    expect(Math.abs(store.clock.nowMs() - Date.now())).toBeLessThan(2_000)
    expect(store.problem()).toBeUndefined()
    await store.close()
  }),
)

test.runIf(onPostgres)(
  'another server hears of work and of what happened to tasks, and nobody hears itself',
  () =>
    withTwo(async (parts) => {
      const { store, other } = parts
      await until(() => store.isReachable() && other.isReachable())
      const heard: string[] = []
      store.onElsewhere((signal) => heard.push(`store ${signal}`))
      other.onElsewhere((signal) => heard.push(`other ${signal}`))
      await addTask(parts, 'task')
      await until(() => heard.length === 1)
      store.announceWork()
      await until(() => heard.length === 2)
      expect(heard).toEqual(['other news', 'other work'])
    }),
)

test.runIf(onPostgres)('numbers, bytes and texts come back as SQLite has them', () =>
  withStore(async ({ store }) => {
    await store.write(async (db) => {
      await db
        .insertInto('secret')
        .values({ name: 'bytes', value: Uint8Array.of(0, 255, 92) })
        .execute()
      await db
        .insertInto('usage')
        .values({ key_id: 'k', rate: 'r', start_ms: 4_102_444_800_000, used: 0.1 })
        .execute()
      await addAccount('nothing \0 here')(db)
    })
    const { value } = await store.read.selectFrom('secret').selectAll().executeTakeFirstOrThrow()
    expect(value).toEqual(Uint8Array.of(0, 255, 92))
    expect(Buffer.isBuffer(value)).toBe(false)
    expect(await store.read.selectFrom('usage').selectAll().execute()).toEqual([
      { key_id: 'k', rate: 'r', start_ms: 4_102_444_800_000, used: 0.1 },
    ])
    const sums = await store.read
      .selectFrom('usage')
      .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number>('start_ms').as('sum')])
      .execute()
    expect(sums).toEqual([{ count: 1, sum: 4_102_444_800_000 }])
    expect(await accountIds(store.read)).toContain('nothing \uFFFD here')
  }),
)

test.runIf(onPostgres)(
  'a server with its objects in a folder is refused beside any other, until that is gone',
  () =>
    withStore(async (parts) => {
      const open = (isAlone: boolean) => openPostgres({ url: urlOf(parts), clock: systemClock, isAlone })
      const refused = {
        code: 'storage_unavailable',
        message: expect.stringContaining('when all have their objects in S3') as string,
      }
      const alone = await open(true)
      await expect(open(true)).rejects.toMatchObject(refused)
      await expect(open(false)).rejects.toMatchObject(refused)
      await alone.close()
      const [one, two] = [await open(false), await open(false)]
      await expect(open(true)).rejects.toMatchObject(refused)
      await one.close()
      await two.close()
      await (await open(true)).close()
    }),
)
