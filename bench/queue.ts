// How many jobs a second Embedline's queue gets through on PostgreSQL, beside queues made for nothing else: equal
// durability (fsync on, each completion committed), equal claims, workers in processes of their own. Systems take turns
// in each round, so that ratios hold on a busy machine too.
// `npm run bench -- queue [rounds]`. The others are installed beside this file, not with Embedline.
import { execFileSync, fork, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startPostgres } from '../test/support/postgresServer.ts'
import { DRIVERS, type DriverName } from './queue/driver.ts'

const FOLDER = join(import.meta.dirname, 'queue')
const WORKER = join(FOLDER, 'worker.process.ts')
const ROUNDS = Number(process.argv[2] ?? 3)
const CLAIM_SIZES = [1, 20, 100]
const WORKER_COUNTS = [1, 4]
/** So many each worker does before it counts: connections are made, statements planned, code is compiled. */
const WARM_JOBS: Readonly<Record<number, number>> = { 1: 1_500, 20: 3_000, 100: 6_000 }
/** About so long each system works after that, by what it did in a first round that does not count. */
const SECONDS = 6
/** Of what is told beside them. */
const JOBS_BESIDE: Readonly<Record<number, number>> = { 1: 12_000, 20: 30_000, 100: 60_000 }
const SYSTEMS = ['embedline', 'pg-boss', 'graphile-worker', 'graphile-worker, local queue'] as const

if (!existsSync(join(FOLDER, 'node_modules')))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: 'inherit',
  })

interface Run {
  name: DriverName
  url: string
  claimSize: number
  workers: number
  jobs: number
  /** What is done until each worker has done so many is not counted. */
  warmUp: number
  waitMs?: number
}

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const postgres = await startPostgres([
  ...[
    '-c',
    'fsync=on',
    '-c',
    'full_page_writes=on',
    '-c',
    'synchronous_commit=on',
    '-c',
    'shared_buffers=256MB',
  ],
])
let databases = 0
try {
  await compare()
  await slowItems()
  await besides()
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
// The package of PostgreSQL holds on to the process.
process.exit()

async function compare(): Promise<void> {
  console.log(
    `jobs a second, median of ${ROUNDS} rounds; ratio: Embedline's to the other's in the same round`,
  )
  console.log(['claim', 'workers', ...SYSTEMS].join(' | '))
  for (const claimSize of CLAIM_SIZES)
    for (const workers of WORKER_COUNTS) {
      const rates: Record<string, number[]> = {}
      const jobs: Record<string, number> = {}
      const warmUp = WARM_JOBS[claimSize] ?? 0
      const least = warmUp * workers
      for (let round = -1; round < ROUNDS; round++)
        for (const name of SYSTEMS) {
          const run = { name, claimSize, workers, warmUp, url: await newDatabase() }
          if (round < 0) jobs[name] = Math.ceil(least + SECONDS * (await rate({ ...run, jobs: 4 * least })))
          else (rates[name] ??= []).push(await rate({ ...run, jobs: jobs[name] ?? 0 }))
        }
      const own = rates['embedline'] ?? []
      const cells = SYSTEMS.map((name) => {
        const all = rates[name] ?? []
        const ratios = own.map((mine, at) => mine / (all[at] ?? 0))
        return name === 'embedline'
          ? median(all).toFixed(0)
          : `${median(all).toFixed(0)} (${median(ratios).toFixed(2)})`
      })
      console.log([claimSize, workers, ...cells].join(' | '))
    }
}

/** Where work takes time, more workers do more of it. */
async function slowItems(): Promise<void> {
  const of = async (workers: number) =>
    rate({
      name: 'embedline',
      claimSize: 1,
      workers,
      jobs: 60 * workers,
      warmUp: 6,
      waitMs: 50,
      url: await newDatabase(),
    })
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const one = await of(1)
    ratios.push((await of(8)) / one)
  }
  console.log(`items that wait 50 ms: 8 workers do ${median(ratios).toFixed(1)} x what one does (wanted: 6)`)
}

/** What stores jobs in another way, for orientation. */
async function besides(): Promise<void> {
  for (const claimSize of CLAIM_SIZES) {
    const jobs = JOBS_BESIDE[claimSize] ?? 0
    const file = join(folder, `${claimSize}.db`)
    const warmUp = WARM_JOBS[claimSize] ?? 0
    const sqlite = await rate({ name: 'embedline', claimSize, workers: 1, jobs, warmUp, url: file })
    console.log(`Embedline on SQLite (synchronous=FULL), claim ${claimSize}: ${sqlite.toFixed(0)}`)
  }
  if (spawnSync('redis-server', ['--version']).error)
    return console.log('BullMQ: not measured, there is no redis-server on PATH')
  for (const appendfsync of ['always', 'everysec'])
    for (const claimSize of CLAIM_SIZES)
      for (const workers of WORKER_COUNTS) {
        const redis = await startRedis(appendfsync)
        const jobs = JOBS_BESIDE[claimSize] ?? 0
        const warmUp = WARM_JOBS[claimSize] ?? 0
        const run: Run = { name: 'BullMQ', claimSize, workers, jobs, warmUp, url: redis.url }
        console.log(
          `BullMQ on Redis (appendfsync ${appendfsync}), ${claimSize} at once, ${workers} workers: ${(await rate(run)).toFixed(0)}`,
        )
        await redis.stop()
      }
}

async function analyze(url: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  await client.query('vacuum analyze')
  await client.end()
}

async function newDatabase(): Promise<string> {
  const name = `bench_${++databases}`
  await postgres.createDatabase(name)
  return `${postgres.url}/${name}`
}

/** Jobs a second, from when all workers work until the last one is durable. */
async function rate({ name, url, claimSize, workers, jobs, warmUp, waitMs = 0 }: Run): Promise<number> {
  const { driver } = await DRIVERS[name]()
  await driver.fill(url, jobs)
  // Otherwise it is chance whether the database knows before the end what it has to plan for.
  if (url.startsWith('postgres:')) await analyze(url)
  const children = Array.from({ length: workers }, () =>
    fork(WORKER, [name, url, String(claimSize), String(waitMs)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  await Promise.all(children.map((child) => once(child, 'message')))
  const counts = new Map<ChildProcess, number>()
  const done = () => [...counts.values()].reduce((sum, count) => sum + count, 0)
  let warm: { atMs: number; count: number } | undefined
  const allDone = new Promise<void>((resolve) => {
    for (const child of children)
      child.on('message', ({ count }: { count: number }) => {
        counts.set(child, count)
        const isWarm = children.every((each) => (counts.get(each) ?? 0) >= warmUp)
        if (!warm && isWarm) warm = { atMs: performance.now(), count: done() }
        if (done() >= jobs) resolve()
      })
  })
  for (const child of children) child.send('go')
  await allDone
  while (await driver.isAnyLeft(url)) await sleep(2)
  const endMs = performance.now()
  if (done() !== jobs) throw new Error(`${name} worked ${done()} times on ${jobs} jobs`)
  const left = children.map((child) => once(child, 'exit'))
  for (const child of children) child.send('stop')
  await Promise.all(left)
  if (!warm) throw new Error(`of ${name} not every worker did its share`)
  return ((jobs - warm.count) * 1_000) / (endMs - warm.atMs)
}

async function startRedis(appendfsync: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort()
  const home = await mkdtemp(join(folder, 'redis-'))
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--save', '']
  const child = spawn('redis-server', [...words, '--appendonly', 'yes', '--appendfsync', appendfsync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept')) break
  child.stdout.resume()
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
