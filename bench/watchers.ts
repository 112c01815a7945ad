// What 1,000 clients that watch tasks by server-sent events cost a server, and how soon they hear of a commit: all of
// them on one account, and each on a task of its own. The time is counted from the one that the event names, which is
// taken before its commit, to when it is here, in another process. Target: under 100 MB, and a median under 200 ms.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { residentBytesOf } from './server/residentBytes.ts'

const WATCHERS = 1_000
const ROUNDS = 20
const MOST_BYTES = 100e6
const MOST_MS = 200
const SETTLE_MS = 2_000
const KEY = 'key-of-one'
const EVENT = /"task_id":"(\w+)","kind":"(?:created|ended)".*?"created_at":"([^"]+)"/g
const EMBEDLINE = fileURLToPath(new URL('../bin/embedline', import.meta.url))

const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
// It embeds nothing, so that all it does is to answer and to tell.
const child = spawn(EMBEDLINE, ['serve', '--port', '0', '--data', folder, '--compute', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  env: { ...process.env, EMBEDLINE_KEYS: `${KEY}=one`, EMBEDLINE_LOG_LEVEL: 'warn' },
})
const exited = once(child, 'exit')
try {
  const url = new URL(await urlOf(child.stdout))
  for (let count = 0; count < 50; count++) await create(url)
  console.log(`${WATCHERS} watchers              memory   heard after, median   95 %   (the request)`)
  const results = [
    await measure('of one account', await watchAccount(url), () => create(url)),
    await measureTasks(url),
  ]
  const isGood = results.every(({ bytes, medianMs }) => bytes < MOST_BYTES && medianMs < MOST_MS)
  if (!isGood) process.exitCode = 1
} finally {
  child.kill('SIGKILL')
  await exited
  await rm(folder, { recursive: true })
}

interface Watcher {
  socket: Socket
  /** Of each task, how long its last event took to come. */
  heard: Map<string, number>
}

interface Watched {
  watchers: readonly Watcher[]
  bytes: number
}

interface Result {
  bytes: number
  medianMs: number
}

async function watchAccount(url: URL): Promise<Watched> {
  return watch(
    url,
    Array.from({ length: WATCHERS }, () => '/api/events'),
  )
}

/** Each watcher has a task, and hears of its end. */
async function measureTasks(url: URL): Promise<Result> {
  const ids: string[] = []
  while (ids.length < WATCHERS) ids.push(await create(url))
  const watched = await watch(
    url,
    ids.map((id) => `/api/tasks/${id}/events`),
  )
  return measure('each of a task', watched, async () => {
    const id = ids.pop() ?? ''
    await ask(url, 'POST', `/api/tasks/${id}/cancel`)
    return id
  })
}

async function measure(
  name: string,
  { watchers, bytes }: Watched,
  commit: () => Promise<string>,
): Promise<Result> {
  const heardMs: number[] = []
  const requestMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const { heard } of watchers) heard.clear()
    const startMs = performance.now()
    const id = await commit()
    requestMs.push(performance.now() - startMs)
    // Longer than any should take.
    await setTimeout(500)
    for (const { heard } of watchers) {
      const tookMs = heard.get(id)
      if (tookMs !== undefined) heardMs.push(tookMs)
    }
  }
  for (const { socket } of watchers) socket.destroy()
  const expected = name === 'of one account' ? ROUNDS * WATCHERS : ROUNDS
  if (heardMs.length !== expected) throw new Error(`${heardMs.length} of ${expected} events were heard`)
  const medianMs = quantile(heardMs, 0.5)
  console.log(
    [
      name.padEnd(22),
      `${(bytes / 1e6).toFixed(0)} MB`.padStart(10),
      `${medianMs.toFixed(0)} ms`.padStart(15),
      `${quantile(heardMs, 0.95).toFixed(0)} ms`.padStart(13),
      `${quantile(requestMs, 0.5).toFixed(0)} ms`.padStart(15),
    ].join(''),
  )
  return { bytes, medianMs }
}

async function watch(url: URL, paths: readonly string[]): Promise<Watched> {
  const pid = child.pid ?? 0
  await setTimeout(SETTLE_MS)
  const before = await residentBytesOf(pid)
  const watchers: Watcher[] = []
  for (let from = 0; from < paths.length; from += 50)
    watchers.push(...(await Promise.all(paths.slice(from, from + 50).map((path) => open(url, path)))))
  await setTimeout(SETTLE_MS)
  return { watchers, bytes: (await residentBytesOf(pid)) - before }
}

async function open({ hostname, port }: URL, path: string): Promise<Watcher> {
  const socket = connect(Number(port), hostname).setEncoding('utf8').setNoDelay()
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\nx-api-key: ${KEY}\r\n\r\n`)
  const heard = new Map<string, number>()
  const begun = Promise.withResolvers<void>()
  socket.on('error', begun.reject).on('data', (text: string) => {
    if (text.includes('retry:')) begun.resolve()
    const nowMs = Date.now()
    for (const [, id = '', at = ''] of text.matchAll(EVENT)) heard.set(id, nowMs - Date.parse(at))
  })
  await begun.promise
  return { socket, heard }
}

async function create(url: URL): Promise<string> {
  const answer = await ask(url, 'POST', '/v1.3/embed-v2/tasks', {
    input_type: 'video',
    model_name: 'marengo3.0',
    video: { media_source: { base64_string: 'QUJD' } },
  })
  return (answer as { _id: string })._id
}

async function ask(url: URL, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { 'x-api-key': KEY },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [url] = /https?:\/\/[\w.:[\]]+/.exec(line) ?? []
    if (url !== undefined) return url
  }
  throw new Error('the server ended before it was ready')
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
