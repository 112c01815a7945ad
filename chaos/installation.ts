import { mkdir, mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeAll, type Opened } from '../src/lib/closing.ts'
import { mountDisk, type MountedDisk } from '../test/support/mountedDisk.ts'
import { startPostgres } from '../test/support/postgresServer.ts'
import { s3Server, type S3Server } from '../test/support/s3Server.ts'
import { postgresDatabase, sqliteFile, type Database } from './database.ts'
import { makeMember, type Member } from './member.ts'

const EMBEDLINE = fileURLToPath(new URL('../bin/embedline', import.meta.url))

/** `sqlite`: one server and its folder. `postgres`: a server and workers around PostgreSQL and S3. */
export type Form = 'sqlite' | 'postgres'

export interface Installation {
  form: Form
  url: string
  server: Member
  workers: readonly Member[]
  database: Database
  /** Absent where the database is a file. */
  crashDatabase?: () => Promise<void>
  store?: S3Server
  /** That of a worker, or of the server where there is none; absent where none may be mounted. */
  disk?: SmallDisk
  /** Temporary files of all members, which nobody else uses. */
  temporaryFolder: string
  /** Where members keep what they keep. */
  dataFolders: readonly string[]
  /** Where their logs are. */
  folder: string
  key(): Promise<string>
  /** Names of the bytes that are stored, as `account/hash`; whatever else is there under its own name. */
  storedObjects(): Promise<string[]>
  /** Takes all away that is not a member. */
  close(options: { keepLogs: boolean }): Promise<void>
}

export interface SmallDisk {
  of: Member
  /** Leaves no more than a megabyte or two. */
  fill(): Promise<void>
  empty(): Promise<void>
}

export interface InstallationParts {
  form: Form
  workers: number
  /** Where servers may fetch from, beside public addresses. */
  allow: string
  /** Whether one of its disks is to be small. */
  withDisk: boolean
}

const DISK_MEGABYTES = 700

/** Prepares an installation whose members do not run yet. */
export async function openInstallation({
  form,
  workers,
  allow,
  withDisk,
}: InstallationParts): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-chaos-'))
  const opened: Opened[] = []
  const open = <T extends Opened>(part: T): T => {
    opened.push(part)
    return part
  }
  const temporaryFolder = join(folder, 'tmp')
  await mkdir(temporaryFolder)
  const disk = withDisk ? await mountDisk(DISK_MEGABYTES) : undefined
  if (disk) open({ close: () => disk.unmount() })
  const memberNames = ['server', ...Array.from({ length: workers }, (_, index) => `worker ${index + 1}`)]
  const onDisk = memberNames.at(-1)
  const dataFolderOf = (name: string) =>
    join(disk && name === onDisk ? disk.folder : folder, name.replace(' ', '-'))
  const serverFolder = dataFolderOf('server')
  const port = await freePort()
  const common = { TMPDIR: temporaryFolder, EMBEDLINE_FETCH_ALLOW: allow, EMBEDLINE_DISK_FLOOR: '20MB' }
  const shared = form === 'sqlite' ? undefined : await openShared(open, join(folder, 'buckets'))
  const environment = { ...common, ...shared?.environment }
  const member = (name: string, words: readonly string[], upLine: RegExp) =>
    makeMember({
      name,
      command: [EMBEDLINE, ...words, '--data', dataFolderOf(name)],
      environment,
      upLine,
      logFile: join(folder, `${name}.log`),
    })
  const server = member('server', ['serve', '--port', String(port)], /^Embedline .* at http/)
  const members = memberNames
    .slice(1)
    .map((name) => member(name, ['worker', '--health-port', '0'], /^Embedline .* worker/))
  const database = open(shared?.database ?? sqliteFile(join(serverFolder, 'embedline.db')))
  return {
    form,
    url: `http://127.0.0.1:${port}`,
    server,
    workers: members,
    database,
    ...(shared && { crashDatabase: shared.crash, store: shared.store }),
    ...(disk && { disk: smallDisk(disk, members.at(-1) ?? server) }),
    temporaryFolder,
    dataFolders: memberNames.map(dataFolderOf),
    folder,
    key: async () => (await readFile(join(serverFolder, 'admin.key'), 'utf8')).trim(),
    storedObjects: async () =>
      (shared ? await shared.store.keys() : await filesBelow(join(serverFolder, 'objects'))).map(objectName),
    async close({ keepLogs }) {
      await closeAll(opened)
      if (!keepLogs) await rm(folder, { recursive: true, force: true })
    },
  }
}

const smallDisk = (disk: MountedDisk, of: Member): SmallDisk => ({
  of,
  async fill() {
    const { bsize, blocks, bfree } = await statfs(disk.folder)
    await disk.resize(Math.ceil(((blocks - bfree) * bsize) / 1024 ** 2) + 1)
  },
  empty: () => disk.resize(DISK_MEGABYTES),
})

async function openShared(open: <T extends Opened>(part: T) => T, bucketsFolder: string) {
  const postgres = await startPostgres([])
  open({ close: () => postgres.stop() })
  await postgres.createDatabase('embedline')
  const store = open(await s3Server())
  const url = `${postgres.url}/embedline`
  await mkdir(bucketsFolder)
  return {
    store,
    crash: () => postgres.crash(),
    database: postgresDatabase(url),
    environment: {
      ...store.environment,
      EMBEDLINE_DATABASE_URL: url,
      EMBEDLINE_STORAGE_URL: 's3://stored',
      EMBEDLINE_BUCKETS_URL: `file:${bucketsFolder}`,
    },
  }
}

/** `<account>/<two digits>/<hash>` as `<account>/<hash>`. */
const objectName = (path: string): string => path.replace(/^([^/]+)\/[0-9a-f]{2}\/([0-9a-f]{64})$/, '$1/$2')

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
