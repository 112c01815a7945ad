// How many small text files a second go from disk to searchable through a whole server with one compute child, against
// a bare loop in one process that reads, extracts, cuts and embeds the same files one after the other. Rounds alternate.
// Target: at least 0.7 times the bare loop.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readConfig } from '../src/config.ts'
import { startServer } from '../src/main.ts'
import { smallTexts } from './documents/smallTexts.ts'

const TARGET = 0.7
const FILES = 5_000
const ROUNDS = 3
const POLL_MS = 25

interface Answer {
  data: { task_id: string; status: string; finished_at?: string }
}

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const server = await startServer(
  readConfig({
    flags: new Map(Object.entries({ port: '0', data: folder, keys: 'key=bench', 'log-level': 'warn' })),
  }),
)
try {
  const texts = smallTexts(FILES)
  await embedBucket(await fill('warm-up', texts.slice(0, 500)))
  console.log('files/s of 500 bytes to 3 KB     bare loop  server    ratio')
  const ratios: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const bucket = await fill(`round-${round}`, texts)
    const bare = await inLoop(bucket, FILES)
    const served = await filesPerSec(() => embedBucket(bucket))
    ratios.push(served / bare)
    const columns = [bare.toFixed(0).padStart(12), served.toFixed(0).padStart(8), (served / bare).toFixed(2)]
    console.log(`round ${round}`.padEnd(30) + columns.join('     '))
  }
  const median = ratios.toSorted((one, other) => one - other)[ROUNDS >> 1] ?? 0
  console.log(`ratio ${median.toFixed(2)} (at least ${TARGET})`)
  if (median < TARGET) process.exitCode = 1
} finally {
  await server.stop(0)
  await rm(folder, { recursive: true })
}

async function fill(bucket: string, texts: readonly string[]): Promise<string> {
  await mkdir(join(folder, 'buckets', bucket), { recursive: true })
  for (const [at, text] of texts.entries())
    await writeFile(join(folder, 'buckets', bucket, `${at}.txt`), text)
  return bucket
}

async function filesPerSec(run: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await run()
  return FILES / ((performance.now() - startMs) / 1000)
}

async function embedBucket(bucket: string): Promise<void> {
  let { data } = await call('POST', '', { bucket_name: bucket })
  while (['queued', 'processing'].includes(data.status)) {
    await new Promise((wake) => setTimeout(wake, POLL_MS))
    data = (await call('GET', `/${data.task_id}`)).data
  }
  if (data.status !== 'success') throw new Error(`the task ended as ${data.status}`)
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${server.url}/v2/ai/embeddings${path}`, {
    method,
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

/** In a process of its own with the priority of a compute child: other programs on the machine slow down both alike. */
async function inLoop(bucket: string, count: number): Promise<number> {
  const program = fileURLToPath(new URL('documents/bareLoop.ts', import.meta.url))
  const files = [join(folder, 'buckets', bucket), String(count)]
  const { stdout } = await promisify(execFile)('nice', ['-n', '10', process.execPath, program, ...files])
  return Number(stdout)
}
