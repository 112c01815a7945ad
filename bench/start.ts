import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { residentBytesOf } from './server/residentBytes.ts'

// How long from `bin/embedline serve` to the first 200 of /readyz, and how much memory the idle main process takes,
// against a bare HTTP server on the same Node in the same run.

const ROUNDS = 5
const IDLE_MS = 3_000
const MOST_TIMES = 5
const MOST_MORE_BYTES = 60e6

const EMBEDLINE = fileURLToPath(new URL('../bin/embedline', import.meta.url))
const BARE = `
  require('node:http').createServer((request, response) => response.end('ok')).listen(+process.argv[1], '127.0.0.1')`

interface Start {
  startMs: number
  residentBytes: number
}

async function measure(command: (port: number) => [string, ...string[]]): Promise<Start> {
  const port = await freePort()
  const [program, ...programArguments] = command(port)
  const startedMs = performance.now()
  const child = spawn(program, programArguments, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}/readyz`
  while (!(await answers(url))) await new Promise((wake) => setTimeout(wake, 1))
  const startMs = performance.now() - startedMs
  await new Promise((wake) => setTimeout(wake, IDLE_MS))
  const residentBytes = await residentBytesOf(child.pid ?? 0)
  child.kill('SIGTERM')
  await exited
  return { startMs, residentBytes }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

// As the set-up does: a bundle that is older than a source would not be started.
await import('../scripts/bundle.ts')

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const bareStarts: Start[] = []
const ourStarts: Start[] = []
for (let round = 0; round <= ROUNDS; round++) {
  const bare = await measure((port) => [process.execPath, '-e', BARE, String(port)])
  const ours = await measure((port) => [
    EMBEDLINE,
    'serve',
    '--port',
    String(port),
    '--data',
    join(folder, 'data'),
  ])
  if (round === 0) continue // the warm-up, which fills the caches of the compiler and the disk
  bareStarts.push(bare)
  ourStarts.push(ours)
}
await rm(folder, { recursive: true })

const start = {
  bare: median(bareStarts.map(({ startMs }) => startMs)),
  ours: median(ourStarts.map(({ startMs }) => startMs)),
}
const resident = {
  bare: median(bareStarts.map(({ residentBytes }) => residentBytes)),
  ours: median(ourStarts.map(({ residentBytes }) => residentBytes)),
}
const times = start.ours / start.bare
const moreBytes = resident.ours - resident.bare
console.log(`median of ${ROUNDS}              bare   embedline`)
console.log(
  `start to /readyz, ms  ${start.bare.toFixed(0).padStart(8)} ${start.ours.toFixed(0).padStart(11)}   × ${times.toFixed(2)} (at most ${MOST_TIMES})`,
)
console.log(
  `idle resident, MB     ${(resident.bare / 1e6).toFixed(0).padStart(8)} ${(resident.ours / 1e6).toFixed(0).padStart(11)}   + ${(moreBytes / 1e6).toFixed(0)} (at most ${MOST_MORE_BYTES / 1e6})`,
)
process.exitCode = times <= MOST_TIMES && moreBytes <= MOST_MORE_BYTES ? 0 : 1
