import type { TestProject } from 'vitest/node'
import { systemClock } from '../../src/lib/clock.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { startPostgres, type PostgresServer } from './postgresServer.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server that tests of the project share; absent in projects without one. */
    postgresUrl: string
  }
}

/** The database that each test gets a copy of: all tables, no rows. */
export const TEMPLATE = 'embedline_template'

// Tests do not crash it: nothing is lost that the last commits did not write yet.
const FLAGS = ['-c', 'synchronous_commit=off', '-c', 'autovacuum=off']

/** One PostgreSQL for a whole run. */
export async function setup(project: TestProject): Promise<void> {
  // The package ends the process with 0 as soon as nothing is left to do.
  const failed = () => (process.exitCode = 1)
  process.once('exit', failed)
  server = await startPostgres(FLAGS)
  await server.createDatabase(TEMPLATE)
  await (await openPostgres({ url: `${server.url}/${TEMPLATE}`, clock: systemClock })).close()
  process.removeListener('exit', failed)
  project.provide('postgresUrl', server.url)
}

let server: PostgresServer | undefined

export async function teardown(): Promise<void> {
  await server?.stop()
}
