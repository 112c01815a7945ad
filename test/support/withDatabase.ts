import { join } from 'node:path'
import { Client } from 'pg'
import { inject } from 'vitest'
import type { StoreLocation } from '../../src/store/location.ts'
import { openStore } from '../../src/store/open.ts'
import type { OpenStore } from '../../src/store/store.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { TEMPLATE } from './postgresCluster.ts'

const server = inject('postgresUrl') as string | undefined

/** True where the tests of the run are on PostgreSQL. */
export const onPostgres = server !== undefined

const used = new Set<string>()

/** A database for one test. */
export interface DatabaseForTest {
  location: StoreLocation
  /** Another test may have it. */
  giveBack: () => void
}

/** A database without rows: a file in the folder that is not there yet, or one of PostgreSQL with all tables. */
export async function takeDatabase(folder: string): Promise<DatabaseForTest> {
  if (server === undefined) return { location: { file: join(folder, 'embedline.db') }, giveBack: () => {} }
  const name = unusedName()
  used.add(name)
  await emptyDatabase(name)
  return { location: { url: `${server}/${name}` }, giveBack: () => void used.delete(name) }
}

/** Opens the database of a test, as another server would. One of PostgreSQL takes the time of `clock` for its own. */
export const openStoreAt = (location: StoreLocation, clock: Clock): Promise<OpenStore> =>
  'url' in location
    ? openPostgres({ ...location, clock, readDatabaseMs: async () => clock.nowMs() })
    : openStore({ ...location, clock })

/** Files that run one after the other have the same number: making a database anew takes longer than emptying it. */
function unusedName(): string {
  for (let number = 1; ; number++) {
    const name = `test_${process.env['VITEST_POOL_ID'] ?? '0'}_${number}`
    if (!used.has(name)) return name
  }
}

async function emptyDatabase(name: string): Promise<void> {
  try {
    await administer(name, EMPTY)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === NO_DATABASE)) throw error
    await administer('postgres', `create database ${name} template ${TEMPLATE} strategy file_copy`)
  }
}

const NO_DATABASE = '3D000'

/** Rows are removed without a look at what refers to them, and whoever is still there from the test before is let go. */
const EMPTY = `
  do $$
  declare
    each record;
  begin
    perform pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend';
    set local session_replication_role = replica;
    for each in select tablename from pg_tables where schemaname = 'public' and tablename <> 'migration' loop
      execute format('delete from %I', each.tablename);
    end loop;
    delete from migration where number >= 99;
    for each in select sequencename from pg_sequences where last_value is not null loop
      execute format('alter sequence %I restart', each.sequencename);
    end loop;
  end $$`

async function administer(database: string, statement: string): Promise<void> {
  const client = new Client(`${server}/${database}`)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
