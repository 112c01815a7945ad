import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OpenAI } from 'openai'
import Telnyx from 'telnyx'
import { expect, onTestFinished, test } from 'vitest'
import { client } from '../../test/support/client.ts'
import { beginUpload, chunkOf, contentOf, put, report, UPLOADS, urlOf } from '../../test/support/uploads.ts'
import { KEY, withApp, type TestApp } from '../../test/support/withApp.ts'
import { withFolder } from '../../test/support/withStore.ts'
import type { RateLimits } from '../domain/rates.ts'
import type { Payer, Usage } from '../tasks/parts.ts'
import { openUsage } from '../tasks/usage.ts'

/** An app whose keys are limited; `onSpent` is called after a request was refused for that. */
async function limitedApp(limits: RateLimits, onSpent: (app: TestApp) => void = () => {}): Promise<TestApp> {
  // Counting needs the store of the app.
  const usage: Partial<Usage> = {}
  const app = await withApp(() => ({ usage: usage as Usage }))
  const { store, logger } = app.parts
  const opened = await openUsage({ store, logger, limits, clock: app.room.clock })
  onTestFinished(() => opened.close())
  Object.assign(usage, opened, {
    async countRequest(by: Payer) {
      try {
        await opened.countRequest(by)
      } catch (failure) {
        onSpent(app)
        throw failure
      }
    },
  })
  app.room.parts.usage = opened
  return app
}

const LIST = '/v1.3/embed-v2/tasks'
const BUCKETS = '/v2/ai/embeddings/buckets'

const rates = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => /^x-ratelimit|^retry|^x-should/.test(name)))

const video = (app: TestApp, fields: object = {}) =>
  app.post(LIST, {
    input_type: 'video',
    video: { media_source: { base64_string: Buffer.from('a video').toString('base64') }, ...fields },
  })

test('without limits there are no headers of limits', async () => {
  const app = await withApp()
  expect(rates(await app.fetch(LIST))).toEqual({})
  expect(rates(await app.fetch(BUCKETS))).toEqual({})
})

test('every answer of the one dialect tells what is left, in the older headers and in the newer ones', async () => {
  const app = await limitedApp({ requestsPerMinute: 60, requestsPerDay: 2, mediaMinutesPerDay: 600 })
  const reset = String(Date.parse('2030-01-02T00:00:00Z') / 1000)
  const first = await app.fetch(LIST)
  expect(rates(first)).toEqual({
    'x-ratelimit-limit': '2',
    'x-ratelimit-remaining': '1',
    'x-ratelimit-used': '1',
    'x-ratelimit-reset': reset,
    'x-ratelimit-dimensions': 'Duration,Request',
    'x-ratelimit-duration-limit': '36000',
    'x-ratelimit-duration-remaining': '36000',
    'x-ratelimit-duration-used': '0',
    'x-ratelimit-duration-reset': reset,
    'x-ratelimit-request-limit': '2',
    'x-ratelimit-request-remaining': '1',
    'x-ratelimit-request-used': '1',
    'x-ratelimit-request-reset': reset,
  })
  expect(first.headers.get('access-control-expose-headers')).toContain('x-ratelimit-remaining')
  const missing = await app.fetch(`${LIST}/nothing`)
  expect(missing.status).toBe(404)
  expect(missing.headers.get('x-ratelimit-remaining')).toBe('0')
})

test('a spent limit is 429 with the time to wait, in the words of each dialect', async () => {
  const app = await limitedApp({ requestsPerMinute: 1 })
  app.room.clock.advance(20_000)
  await app.fetch(LIST)
  const one = await app.fetch(LIST)
  expect(one.status).toBe(429)
  expect(rates(one)).toMatchObject({ 'retry-after': '40', 'x-ratelimit-remaining': '0' })
  expect(await one.json()).toMatchObject({
    code: 'too_many_requests',
    message: 'The limit of 1 requests per minute is spent. Try again after 2030-01-01T00:01:00.000Z.',
    error: { code: 'too_many_requests', details: { retryAfter: 40, currentLimit: 1 } },
  })
  const other = await app.fetch(BUCKETS, { headers: { authorization: `Bearer ${KEY}` } })
  expect(other.status).toBe(429)
  expect(rates(other)).toEqual({
    'retry-after': '40',
    'x-ratelimit-limit': '1',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '40',
  })
  expect(await other.json()).toMatchObject({ errors: [{ code: '10011', title: 'Too many requests' }] })
  // Another key has its own.
  expect((await app.fetch(LIST, { headers: { 'x-api-key': 'key-of-two' } })).status).toBe(200)
  // What is no key is not told of limits.
  expect(rates(await app.fetch(LIST, { headers: { 'x-api-key': 'wrong' } }))).toEqual({})
  app.room.clock.advance(40_000)
  expect((await app.fetch(LIST)).status).toBe(200)
})

test('forms and uploads are refused by a status that no client sends them again for', async () => {
  const app = await limitedApp({ requestsPerDay: 1 })
  await app.fetch(LIST)
  const file = new Blob([new Uint8Array(1_000_000)])
  for (const [path, name] of [
    ['/v1.3/assets', 'file'],
    ['/v1.3/embed', 'image_file'],
    ['/v1.3/embed/tasks', 'video_file'],
  ] as const) {
    const body = new FormData()
    body.append(name, file, 'clip.mp4')
    const response = await app.fetch(path, { method: 'POST', body })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'usage_limit_exceeded' })
  }
  expect((await app.post('/v1.3/assets/multipart-uploads', {})).status).toBe(403)
  expect(await app.leftovers()).toEqual([])
})

test('requests for what no contract has are counted too, and refused as problems', async () => {
  const app = await limitedApp({ requestsPerMinute: 1 })
  app.room.clock.advance(20_000)
  const first = await app.fetch('/api/buckets')
  expect(first.status).toBe(200)
  expect(rates(first)).toEqual({
    'x-ratelimit-limit': '1',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '40',
  })
  const refused = await app.fetch('/api/buckets/some/objects/a.txt', { method: 'PUT', body: 'text' })
  expect(refused.status).toBe(429)
  expect(refused.headers.get('content-type')).toMatch('application/problem+json')
  expect(rates(refused)).toMatchObject({ 'retry-after': '40', 'x-ratelimit-remaining': '0' })
  expect(await refused.json()).toMatchObject({
    status: 429,
    code: 'rate_limited',
    title: 'Too Many Requests',
  })
  expect((await app.fetch(LIST)).status).toBe(429)
})

test('an upload that was begun goes on while the limit is spent, and no request of it is counted', async () => {
  const app = await limitedApp({ requestsPerDay: 2 })
  const upload = await beginUpload(app, 5)
  const path = `${UPLOADS}/${upload.upload_id}`
  const addresses = await app.post(`${path}/presigned-urls`, { start: 1, count: 1 })
  expect(addresses.headers.get('x-ratelimit-used')).toBe('1')
  expect((await app.fetch(path)).status).toBe(200)
  expect((await app.fetch(path)).status).toBe(429)
  expect((await put(urlOf(upload, 1), contentOf(5))).status).toBe(200)
  const end = await report(app, upload, chunkOf(1, contentOf(5)))
  expect(await end.json()).toMatchObject({ total_completed: 1, url: expect.any(String) })
})

test('the media of a task are counted when it is known how long they last; what is accepted waits', async () => {
  const app = await limitedApp({ mediaMinutesPerHour: 2 })
  const created: string[] = []
  for (let count = 0; count < 2; count++)
    created.push(((await (await video(app)).json()) as { _id: string })._id)
  expect(await app.room.drain()).toEqual(['plan', 'plan', 'slice', 'slice', 'slice', 'finish'])
  const states = async () =>
    Promise.all(
      created.map(
        async (id) => ((await (await app.fetch(`${LIST}/${id}`)).json()) as { status: string }).status,
      ),
    )
  expect(await states()).toEqual(['ready', 'processing'])

  const refused = await video(app)
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'too_many_requests' })
  expect((await app.fetch(LIST)).headers.get('x-ratelimit-duration-used')).toBe('150')
  const sync = await app.post('/v1.3/embed-v2', {
    input_type: 'audio',
    audio: { media_source: { base64_string: 'QUJD' } },
  })
  expect(sync.status).toBe(429)
  const text = { input_type: 'text', text: { input_text: 'a' } }
  expect((await app.post('/v1.3/embed-v2', text)).status).toBe(200)

  app.room.clock.advance(3_600_000)
  await app.room.drain()
  expect(await states()).toEqual(['ready', 'ready'])
})

test('only the part of the media that is embedded is counted, at once as by a task', async () => {
  const app = await limitedApp({ mediaMinutesPerHour: 100 })
  const part = { start_sec: 30, end_sec: 90 }
  await video(app, part)
  await app.room.drain()
  const base64 = Buffer.from('a video').toString('base64')
  await app.post('/v1.3/embed-v2', {
    input_type: 'video',
    video: { media_source: { base64_string: base64 }, embedding_option: ['visual'], ...part },
  })
  expect((await app.fetch(LIST)).headers.get('x-ratelimit-used')).toBe('120')
})

const base64Of = (text: string) => Buffer.from(text).toString('base64')

test('videos and sounds among several inputs are counted too; pictures, texts and documents are not', async () => {
  const app = await limitedApp({ mediaMinutesPerHour: 1 })
  const several = (...types: string[]) =>
    app.post('/v1.3/embed-v2', {
      input_type: 'multi_input',
      model_name: 'marengo3.5',
      multi_input: {
        input_text: 'a',
        media_sources: types.map((media_type) => ({ media_type, base64_string: base64Of('media') })),
      },
    })
  const task = (input: 'image' | 'document') =>
    app.post(LIST, {
      input_type: input,
      model_name: 'marengo3.5',
      [input]: { media_source: { base64_string: base64Of('A text.') } },
    })
  const usedSec = async () => (await app.fetch(LIST)).headers.get('x-ratelimit-used')
  expect((await several('image', 'video')).status).toBe(200)
  expect(await usedSec()).toBe('30')
  expect((await several('audio', 'video')).status).toBe(200)
  expect(await usedSec()).toBe('90')
  expect((await several('video')).status).toBe(429)
  expect((await several('image', 'audio')).status).toBe(429)
  expect((await several('image')).status).toBe(200)
  expect((await several()).status).toBe(200)
  expect((await task('image')).status).toBe(202)
  expect((await task('document')).status).toBe(202)
  expect(await usedSec()).toBe('90')
})

test('the client of the one dialect tries again by itself, and gets its answer when the limit allows', async () => {
  let refused = 0
  const app = await limitedApp({ requestsPerMinute: 1 }, ({ room }) => {
    refused++
    room.clock.advance(60_000)
  })
  const one = client(app.url)
  await one.embed.v2.tasks.list()
  const page = await one.embed.v2.tasks.list()
  expect(page.data).toEqual([])
  expect(refused).toBe(1)
})

test('the client of the one dialect gives up with what the server said', async () => {
  const app = await limitedApp({ requestsPerDay: 1 })
  const one = client(app.url)
  await one.embed.v2.tasks.list()
  await expect(one.embed.v2.tasks.list({}, { maxRetries: 0 })).rejects.toMatchObject({
    statusCode: 429,
    body: { code: 'too_many_requests' },
  })
  await expect(one.embed.create({ modelName: 'marengo3.0', text: 'a' })).rejects.toMatchObject({
    statusCode: 403,
    body: { code: 'usage_limit_exceeded' },
  })
})

test('the client of the one dialect is told of a spent limit also while it sends a large file', () =>
  withFolder(async (folder) => {
    const app = await limitedApp({ requestsPerDay: 1 })
    const one = client(app.url)
    await one.embed.v2.tasks.list()
    const path = join(folder, 'large.mp4')
    await writeFile(path, new Uint8Array(30_000_000))
    const spent = { statusCode: 403, body: { code: 'usage_limit_exceeded' } }
    const upload = one.assets.create({ method: 'direct', file: createReadStream(path) })
    await expect(upload).rejects.toMatchObject(spent)
    const create = one.embed.tasks.create({ modelName: 'marengo3.0', videoFile: createReadStream(path) })
    await expect(create).rejects.toMatchObject(spent)
  }))

test('the client of the other dialect waits as long as it is told', async () => {
  let refused = 0
  const app = await limitedApp({ requestsPerMinute: 1 }, ({ room }) => {
    refused++
    room.clock.advance(500)
  })
  app.room.clock.advance(59_500)
  const one = new Telnyx({ apiKey: KEY, baseURL: `${app.url}/v2` })
  await one.ai.embeddings.buckets.list()
  await one.ai.embeddings.buckets.list()
  expect(refused).toBe(1)
})

test('the client of the other dialect does not wait for hours', async () => {
  let refused = 0
  const app = await limitedApp({ requestsPerDay: 1 }, () => void refused++)
  const one = new Telnyx({ apiKey: KEY, baseURL: `${app.url}/v2` })
  await one.ai.embeddings.buckets.list()
  await expect(one.ai.embeddings.buckets.list()).rejects.toBeInstanceOf(Telnyx.RateLimitError)
  expect(refused).toBe(1)
})

test('OpenAI’s client is told what is left, waits as long as it is told, and not for hours', async () => {
  let refused = 0
  const app = await limitedApp({ requestsPerMinute: 1, requestsPerDay: 3 }, ({ room }) => {
    refused++
    room.clock.advance(500)
  })
  app.room.clock.advance(59_500)
  const first = await app.fetch('/v1/models')
  expect(rates(first)).toEqual({
    'x-ratelimit-limit-requests': '1',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1s',
  })
  const one = new OpenAI({ apiKey: KEY, baseURL: `${app.url}/v1` })
  await one.models.list()
  expect(refused).toBe(1)
  app.room.clock.advance(60_000)
  await one.models.list()
  await expect(one.models.list()).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  // A day is too long to wait for.
  expect(refused).toBe(2)
})
