import { sql } from 'kysely'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { onPostgres, openStoreAt } from '../../test/support/withDatabase.ts'
import { withFolder, withStore } from '../../test/support/withStore.ts'
import { getAsset } from './assets.ts'
import { groupCommit } from './groupCommit.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { openStore } from './open.ts'
import { openSqlite } from './sqlite.ts'

/** Leaves a database behind as a version of Embedline with only the first `count` migrations did. */
async function makeEarlier(file: string, count: number) {
  const sqlite = openSqlite(file)
  const { write } = groupCommit({ sqlite, clock: fakeClock() })
  await write((db) => migrate(db, file, 0, MIGRATIONS.slice(0, count)))
  sqlite.close()
}

const schemaOf = (file: string) => {
  const sqlite = openSqlite(file, { readOnly: true })
  const { rows } = sqlite.execute(`select name, sql from sqlite_schema order by name`)
  sqlite.close()
  return rows
}

test('a database of every earlier version opens, and ends up with the same tables', () =>
  withFolder(async (folder) => {
    const clock = fakeClock()
    const fresh = join(folder, 'fresh.db')
    await (await openStore({ file: fresh, clock })).close()
    for (const [count] of [...MIGRATIONS.entries(), [MIGRATIONS.length]]) {
      const file = join(folder, `after ${count}.db`)
      await makeEarlier(file, count)
      await (await openStore({ file, clock })).close()
      expect(schemaOf(file)).toEqual(schemaOf(fresh))
    }
  }))

test('assets of the first version keep their bytes', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'first.db')
    await makeEarlier(file, 1)
    const sqlite = openSqlite(file)
    sqlite.execute(`insert into account values ('a', 'one', 'user', 1)`)
    sqlite.execute(
      `insert into asset values ('x', 'a', 'ready', 'direct', 'x.mp4', 'video/mp4', 5, 'hash', '{"isPicture":false}', null, null, null, 1, 2)`,
    )
    sqlite.close()
    const store = await openStore({ file, clock: fakeClock() })
    expect(await getAsset(store.read, 'a', 'x')).toMatchObject({
      asset: { state: 'ready', filename: 'x.mp4', sizeBytes: 5, facts: { isPicture: false }, updatedMs: 2 },
      objectHash: 'hash',
    })
    await store.close()
  }))

test('a migration that fails leaves the database as it was', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'embedline.db')
    const sqlite = openSqlite(file)
    const { write } = groupCommit({ sqlite, clock: fakeClock() })
    const broken = async () => {
      throw new Error('broken')
    }
    await expect(write((db) => migrate(db, file, 0, [...MIGRATIONS, broken]))).rejects.toThrow('broken')
    sqlite.close()
    expect(schemaOf(file)).toEqual([])
  }))

test('a database of a newer version is refused in one sentence', () =>
  withStore(async ({ store, location, clock }) => {
    await store.write((db) => sql`insert into migration (number, done_ms) values (99, 0)`.execute(db))
    await expect(openStoreAt(location, clock)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('written by a newer Embedline (schema 99') as string,
    })
  }))

test('what is no database, or cannot be opened, is refused by name', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'embedline.db')
    await writeFile(file, 'this is a text, and long enough to be told from an empty file'.repeat(20))
    const clock = fakeClock()
    await expect(openStore({ file, clock })).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: `the database ${file} is not an Embedline database`,
    })
    await expect(openStore({ file: folder, clock })).rejects.toMatchObject({ code: 'storage_unavailable' })
  }))

test.skipIf(onPostgres)('SQLite: a commit is durable, frees space later, and keeps references whole', () =>
  withStore(async ({ store }) => {
    const pragma = async (name: string) => {
      const { rows } = await store.write((db) =>
        sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(db),
      )
      return Object.values(rows[0] ?? {})[0]
    }
    expect(await pragma('synchronous')).toBe(2)
    expect(await pragma('journal_mode')).toBe('wal')
    expect(await pragma('auto_vacuum')).toBe(2)
    expect(await pragma('foreign_keys')).toBe(1)
  }),
)

test('items that were queued before they told of models need the model of their task', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'before.db')
    await makeEarlier(file, 16)
    const sqlite = openSqlite(file)
    sqlite.execute(`insert into account (id, name, user_id, created_ms) values ('a', 'one', 'user', 1)`)
    const zeros = Array.from({ length: 8 }, () => '0').join(', ')
    sqlite.execute(`insert into task (
        id, account_id, kind, state, model_name, model_id, model_revision, request_json, created_ms, updated_ms, expires_ms,
        warnings_json, holds_object, open_count, item_count, done_count, failed_count, skipped_count, gone_count, is_planned,
        embedding_count)
      values ('t', 'a', 'media', 'processing', 'name', 'large', '7', '{}', 1, 1, 1, '[]', ${zeros}, 0)`)
    for (const [key, kind] of [
      ['one', 'slice'],
      ['end', 'finish'],
    ])
      sqlite.execute(`insert into item (
          account_id, kind, task_id, key, state, lane, turn, attempt, failures, interruptions, is_alone, due_ms, payload_json,
          created_ms)
        values ('a', '${kind}', 't', '${key}', 'queued', 1, 1, 0, 0, 0, 0, 1, '{}', 1)`)
    sqlite.close()
    const store = await openStore({ file, clock: fakeClock() })
    const rows = await store.read.selectFrom('item').select(['key', 'model', 'input_hash']).execute()
    expect(rows).toEqual([
      { key: 'one', model: 'large@7', input_hash: null },
      { key: 'end', model: '', input_hash: null },
    ])
    await store.close()
  }))
