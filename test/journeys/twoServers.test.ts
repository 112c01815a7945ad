import { createReadStream } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { client, finished } from '../support/client.ts'
import { scenes } from '../support/madeMedia.ts'
import { paddedVideo } from '../support/paddedVideo.ts'
import { s3Server, type S3Server } from '../support/s3Server.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { chunkOf, partsOf, put, UPLOADS, urlOf, type UploadBody } from '../support/uploads.ts'
import { takeDatabase } from '../support/withDatabase.ts'

let store: S3Server
beforeAll(async () => void (store = await s3Server()))
afterAll(() => store.close())

/** Two servers, as behind a balancer. The first one only answers: what it is asked for is worked on by the second. */
async function twoServers(): Promise<[ServerProcess, ServerProcess]> {
  const { location, giveBack } = await takeDatabase(await temporaryFolder())
  onTestFinished(giveBack)
  const shared = [
    ...['--database-url', 'url' in location ? location.url : ''],
    ...['--storage-url', `s3://stored/${randomUUID()}`],
  ]
  const start = async (flags: readonly string[]) =>
    serverProcess(await temporaryFolder(), [...shared, ...flags], {
      environment: store.environment,
      keys: 'key-of-one=one,key-of-admin=admin',
    })
  const limits = ['--requests-per-day', '10000']
  return [await start(['--compute', '0', ...limits]), await start(limits)]
}

interface Ask {
  method?: string
  body?: object
  key?: string
  headers?: Record<string, string>
}

const ask = ({ url }: ServerProcess, path: string, { method, body, key = 'key-of-one', headers }: Ask = {}) =>
  fetch(url + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })

async function told<Answer>(response: Response | Promise<Response>): Promise<Answer> {
  const answer = await response
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}

const video = (assetId: string) => ({
  input_type: 'video',
  model_name: 'marengo3.0',
  video: { media_source: { asset_id: assetId }, embedding_option: ['visual'], embedding_scope: ['clip'] },
})

async function assetOf({ url }: ServerProcess, path: string): Promise<string> {
  const { id = '' } = await client(url).assets.create({ method: 'direct', file: createReadStream(path) })
  return id
}

/** Reads a stream of events until one of this kind has come; returns their kinds and the last id. */
async function heard(response: Response, kind: string): Promise<{ kinds: string[]; lastId: string }> {
  const kinds: string[] = []
  let lastId = ''
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const event = /^event: ?(.*)$/m.exec(frame)?.[1]
      const id = /^id: ?(.*)$/m.exec(frame)?.[1]
      if (id !== undefined) lastId = id
      if (event !== undefined) kinds.push(event)
      if (event === kind) return { kinds, lastId }
    }
  }
  throw new Error(`the stream ended before ${kind}: ${kinds.join(', ')}`)
}

test('two servers on one database answer as one, whichever of them is asked', async () => {
  const [a, b] = await twoServers()

  // Parts of an upload go to one and the other; the second puts them together.
  const bytes = await paddedVideo(11_000_000)
  const upload = await told<UploadBody>(
    ask(a, UPLOADS, { body: { filename: 'clip.mp4', type: 'video', total_size: bytes.length } }),
  )
  const parts = partsOf(bytes, upload)
  expect(parts.length).toBeGreaterThan(1)
  for (const [index, part] of parts.entries()) {
    const address = new URL(urlOf(upload, index + 1))
    const sent = await put([a, b][index % 2]?.url + address.pathname + address.search, part)
    expect(sent.status).toBe(200)
  }
  const completed = parts.map((part, index) => chunkOf(index + 1, part))
  await told(ask(b, `${UPLOADS}/${upload.upload_id}`, { body: { completed_chunks: completed } }))
  await expect
    .poll(async () => (await client(a.url).assets.retrieve(upload.asset_id)).status, { timeout: 60_000 })
    .toBe('ready')

  // A create that is sent to both with one key makes one task.
  const create = (server: ServerProcess) =>
    ask(server, '/v1.3/embed-v2/tasks', {
      body: video(upload.asset_id),
      headers: { 'idempotency-key': 'once' },
    })
  const both = await Promise.all([create(a), create(b)])
  expect(both.map(({ ok }) => ok)).toContain(true)
  for (const { status } of both) expect([202, 200, 409, 429]).toContain(status)
  const again = [await told<{ _id: string }>(create(b)), await told<{ _id: string }>(create(a))]
  const [id] = new Set(again.map((task) => task._id))
  expect(new Set(again.map((task) => task._id)).size).toBe(1)
  const { data } = await told<{ data: unknown[] }>(ask(a, '/v1.3/embed-v2/tasks'))
  expect(data).toHaveLength(1)

  // What the second works on is watched, and waited for, at the first; the watch goes on at the other one.
  const { lastId } = await heard(await ask(a, `/api/tasks/${id}/events`), 'created')
  const waited = await told<{ state: string }>(ask(a, `/api/tasks/${id}?wait=60`))
  expect(waited.state).toBe('ready')
  const events = await ask(b, `/api/tasks/${id}/events`, { headers: { 'last-event-id': lastId } })
  const { kinds } = await heard(events, 'ended')
  expect(kinds).not.toContain('created')

  // What the second has embedded is found at the first, and what is deleted there is not found here any more.
  const assetsFound = async (server: ServerProcess) => {
    const clip = { task_id: id, start_sec: 0 }
    const found = await told<{ results: { asset: { id: string } }[] }>(
      ask(server, '/api/search', { body: { clip } }),
    )
    return found.results.map(({ asset }) => asset.id).toSorted()
  }
  expect(await assetsFound(a)).toEqual([upload.asset_id])
  const other = await assetOf(a, await scenes(20))
  const second = await told<{ _id: string }>(ask(a, '/v1.3/embed-v2/tasks', { body: video(other) }))
  await told(ask(a, `/api/tasks/${second._id}?wait=60`))
  expect(await assetsFound(a)).toEqual([upload.asset_id, other].toSorted())
  expect((await ask(b, `/api/tasks/${second._id}`, { method: 'DELETE' })).ok).toBe(true)
  expect(await assetsFound(a)).toEqual([upload.asset_id])

  // What the second works on is cancelled at the first, and its place is free for another.
  const long = await assetOf(a, await scenes(600))
  const running = await told<{ _id: string }>(ask(b, '/v1.3/embed-v2/tasks', { body: video(long) }))
  await heard(await ask(a, `/api/tasks/${running._id}/events`), 'processing')
  await told(ask(a, `/api/tasks/${running._id}/cancel`, { method: 'POST' }))
  expect((await told<{ state: string }>(ask(b, `/api/tasks/${running._id}`))).state).toBe('cancelled')
  const next = await told<{ _id: string }>(ask(a, '/v1.3/embed-v2/tasks', { body: video(upload.asset_id) }))
  expect((await finished(client(b.url), next._id)).status).toBe('ready')

  // A key that is revoked at the first is refused by the second at once, and requests are counted together.
  const made = await told<{ id: string; key: string }>(
    ask(a, '/api/keys', {
      key: 'key-of-admin',
      body: { name: 'short', scopes: ['read'], requests_per_minute: 1000 },
    }),
  )
  const used = async (server: ServerProcess) => {
    const limits = await told<{ rates: { requests_per_day: { used: number } } }>(
      ask(server, '/api/limits', { key: made.key }),
    )
    return limits.rates.requests_per_day.used
  }
  expect([await used(a), await used(b), await used(a)]).toEqual([1, 2, 3])
  expect((await ask(a, `/api/keys/${made.id}`, { key: 'key-of-admin', method: 'DELETE' })).ok).toBe(true)
  expect((await ask(b, '/api/tasks', { key: made.key })).status).toBe(401)

  expect([await a.end('SIGTERM'), await b.end('SIGTERM')]).toEqual([0, 0])
}, 240_000)
