import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase, withClient } from '../../../test/support/freshDatabase.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { onPostgres } from '../../../test/support/withDatabase.ts'
import { systemClock } from '../../lib/clock.ts'
import { openStore } from '../open.ts'
import { compareRows, copyRows } from './moveRows.ts'
import { openMoveSource, type MoveSource } from './moveSource.ts'
import { openMoveTarget, type MoveTarget } from './moveTarget.ts'

const ROWS = `
  insert into secret values ('addresses', randomblob(32));
  insert into account (id, name, user_id, created_ms) values ('a', 'a', 'user', 1), ('ü', 'Z' || char(10), 'u''\\\\', -1);
  insert into embedded_bucket (id, account_id, bucket, settings_json, model_name, version, created_ms, updated_ms)
    values (7, 'a', 'docs', '{}', 'm', 1, 1, 9007199254740991);
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 60)
    insert into bucket_file (bucket_id, key, state, size_bytes, change_token, generation, chunk_count, version,
      seen_task_id, created_ms, updated_ms)
    select 7, 'f' || i, 'ready', i * 5000000000, '', 1, 40, 1, 't', i, i from n;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 40)
    insert into chunk (file_id, generation, ordinal, vector, terms_json, place_json, text)
    select id, 1, i, randomblob(64 + 40000 * (i = 40)), '{}', '{}', 'a text 文 ' || i from bucket_file, n;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
    insert into task_event (account_id, task_id, kind, details_json, created_ms) select 'a', 't', 'k', '{}', i from n;
  delete from task_event where id > 490;
  insert into usage values ('k', 'r', 1, 0.1), ('k', 'r', 2, 1e-300), ('k', 'r', 3, 5);
`

const ROW_COUNT = 1 + 2 + 1 + 60 + 60 * 40 + 490 + 3

/** A database of SQLite with rows in some tables, and changes to it. */
async function filled(changes = ''): Promise<string> {
  const file = join(await temporaryFolder(), 'embedline.db')
  await (await openStore({ file, clock: systemClock })).close()
  change(file, ROWS + changes)
  return file
}

function change(file: string, statements: string): void {
  const database = new DatabaseSync(file)
  database.exec(statements)
  database.close()
}

interface Both {
  source: MoveSource
  target: MoveTarget
}

/** Opens both sides as the command does; they are closed whatever happens, as when a process ends. */
async function withBoth<T>(file: string, url: string, work: (both: Both) => Promise<T>): Promise<T> {
  const source = await openMoveSource(file)
  try {
    const { id, tables } = source
    const target = await openMoveTarget({ url, id, tables, nowMs: () => 1 })
    try {
      return await work({ source, target })
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

const quietly = { batch: { rows: 100, bytes: 1e6 }, onProgress: () => {} }

const moveTo = (url: string, file: string) =>
  withBoth(file, url, async ({ source, target }) => {
    if (!target.state) await target.begin(file)
    await copyRows({ source, target, ...quietly })
    const compared = await compareRows({ source, target, ...quietly })
    await target.finish(source.lastIds)
    return compared
  })

const ask = (url: string, statement: string) =>
  withClient(url, async (database) => (await database.query<Record<string, unknown>>(statement)).rows)

test.runIf(onPostgres)(
  'a move that ends after any transaction goes on there: every row is there once, and ids go on above all that were given',
  { timeout: 120_000 },
  async () => {
    const file = await filled()
    const url = await freshDatabase()
    const seen: number[] = []
    const dieAfter = async (batchCount: number) =>
      withBoth(file, url, async ({ source, target }) => {
        if (!target.state) await target.begin(file)
        seen.push(target.state?.rowCount ?? 0)
        let left = batchCount
        const onProgress = () => {
          if (left-- === 0) throw new Error('killed')
        }
        await copyRows({ source, target, batch: quietly.batch, onProgress })
      })
    while (
      await dieAfter(3).then(
        () => false,
        () => true,
      )
    );
    expect(seen.length).toBeGreaterThan(8)
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    const { tables } = await moveTo(url, file)
    expect(tables.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(ROW_COUNT)
    expect(await ask(url, 'select count(*)::int, sum(size_bytes)::text as sum from bucket_file')).toEqual([
      { count: 60, sum: '9150000000000' },
    ])
    // Also those of rows that are gone.
    expect(await ask(url, 'select next_task_event_id()::int as next')).toEqual([{ next: 501 }])
    expect(
      await ask(url, `select nextval(pg_get_serial_sequence('bucket_file', 'id'))::int as next`),
    ).toEqual([{ next: 61 }])
    await expect(
      openStore({ url, clock: systemClock }).then((store) => store.close()),
    ).resolves.toBeUndefined()
    await expect(moveTo(await freshDatabase(), file)).resolves.toEqual({ tables, replacedTexts: 0 })
  },
)

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

test.runIf(onPostgres)(
  'embedline move killed in the middle of a table: no server starts on what is there, and the same command completes it',
  async () => {
    const file = await filled()
    const url = await freshDatabase()
    const start = () => {
      const words = [MAIN, 'move', '--from', `sqlite:${file}`, '--to', url, '--json']
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      onTestFinished(() => void child.kill('SIGKILL'))
      return { child, out: text(child.stdout), exited: once(child, 'exit') }
    }
    await withBoth(file, url, ({ target }) => target.begin(file))
    await withClient(url, async (other) => {
      await other.query('begin')
      await other.query('lock table chunk in share row exclusive mode')
      const { child, exited } = start()
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      while ((await ask(url, waiting)).length === 0) await new Promise((wake) => setTimeout(wake, 20))
      child.kill('SIGKILL')
      await exited
      await other.query('rollback')
    })
    expect(await ask(url, 'select table_name, row_count::int, finished_ms from move')).toEqual([
      { table_name: 'bucket_file', row_count: ROW_COUNT - 2400 - 490 - 3 - 1, finished_ms: null },
    ])
    await expect(openStore({ url, clock: systemClock })).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('only partly moved') as string,
    })
    const { out, exited } = start()
    expect(await exited).toEqual([0, null])
    expect(JSON.parse(await out)).toMatchObject({ done: true, resumed: true })
    const again = start()
    expect(await again.exited).toEqual([0, null])
    expect(JSON.parse(await again.out)).toMatchObject({ finished_at: expect.any(String) as string })
  },
)

test.runIf(onPostgres)(
  'a row that is not what was moved is found and named, whatever is wrong with it',
  async () => {
    const file = await filled()
    const url = await freshDatabase()
    await withBoth(file, url, async ({ source, target }) => {
      await target.begin(file)
      await copyRows({ source, target, ...quietly })
    })
    const compare = () =>
      withBoth(file, url, ({ source, target }) => compareRows({ source, target, ...quietly }))
    const spoilt = async (spoil: string, mend: string) => {
      await ask(url, spoil)
      const failure = await compare().catch((error: Error) => error)
      await ask(url, mend)
      return (failure as Error).message
    }
    const flip = `update chunk set vector = set_bit(vector, 100, 1 - get_bit(vector, 100)) where file_id = 3 and ordinal = 9`
    expect(await spoilt(flip, flip)).toContain(
      'differs in the table chunk, in the row file_id = 3, generation = 1, ordinal = 9',
    )
    expect(
      await spoilt(
        `update usage set used = 0.1000000000000001 where start_ms = 1`,
        `update usage set used = 0.1 where start_ms = 1`,
      ),
    ).toContain('in the table usage, in the row key_id = k, rate = r, start_ms = 1')
    expect(
      await spoilt(
        `create table kept as select * from task_event where id = 490; delete from task_event where id = 490`,
        `insert into task_event select * from kept; drop table kept`,
      ),
    ).toContain('in the table task_event, in the row id = 490')
    expect(
      await spoilt(`insert into secret values ('zzz', '')`, `delete from secret where name = 'zzz'`),
    ).toContain('in the table secret, which has more rows')
    await compare()
  },
)

test.runIf(onPostgres)(
  'a text with a zero character is moved as PostgreSQL keeps it, and counted',
  async () => {
    const file = await filled(
      `insert into account (id, name, user_id, created_ms) values ('n', 'n' || char(0), 'u', 1)`,
    )
    const url = await freshDatabase()
    expect(await moveTo(url, file)).toMatchObject({ replacedTexts: 1 })
    expect(await ask(url, `select name from account where id = 'n'`)).toEqual([{ name: 'n\uFFFD' }])
  },
)

test.runIf(onPostgres)(
  'a database with anything else in it is refused with a sentence, and stays as it is',
  async () => {
    const file = await filled()
    const url = await freshDatabase()
    const refusal = (of = file) =>
      moveTo(url, of).then(
        () => 'none',
        (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
      )
    await ask(url, 'create table invoices (id int)')
    expect(await refusal()).toMatch(
      /^request_invalid: nothing is moved into postgres:.*: it is not empty, it has invoices/,
    )
    await ask(url, 'drop table invoices')

    const server = await openStore({ url, clock: systemClock })
    await server.write((db) =>
      db.insertInto('account').values({ id: 's', name: 's', user_id: 's', created_ms: 1 }).execute(),
    )
    await server.close()
    expect(await refusal()).toMatch(/^request_invalid: .*: a server has used it: there are rows in account/)
    // Tables without rows are what a move begins with.
    await ask(url, 'delete from account')
    await withBoth(file, url, async ({ target }) => {
      await target.begin(file)
      expect(await refusal()).toMatch(/^request_invalid: .*: another move into it is under way/)
    })
    expect(await refusal(await filled())).toMatch(
      /^request_invalid: .*: it holds a part of .*, which is another database/,
    )
    change(file, `delete from usage where start_ms = 3`)
    expect(await refusal()).toMatch(/^request_invalid: .*: it holds a part of .* or was used since/)
    expect(await ask(url, 'select count(*)::int from account')).toEqual([{ count: 0 }])
  },
)

test.runIf(onPostgres)('a database of another version, or none at all, is not moved', async () => {
  const url = await freshDatabase()
  const failure = (file: string) => moveTo(url, file).catch((error: Error) => error.message)
  const older = await filled('delete from migration where number > 15')
  expect(await failure(older)).toContain('was used by an older Embedline last: start embedline serve')
  const newer = await filled('insert into migration values (999, 1)')
  expect(await failure(newer)).toContain('was written by a newer Embedline')
  const other = join(await temporaryFolder(), 'other.db')
  change(other, 'create table task (id int)')
  expect(await failure(other)).toContain('is no database of Embedline')
  expect(await failure(`${other}.missing`)).toContain('there is no database')
  expect(await ask(url, `select from pg_tables where schemaname = 'public'`)).toEqual([])
})
