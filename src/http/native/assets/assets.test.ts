import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { EmbedlineError } from '../../../domain/errors.ts'
import { contentOf } from '../../../../test/support/uploads.ts'

const CONTENT = contentOf(600_000)

async function create(app: TestApp, filename = 'my clip.mp4', content = CONTENT): Promise<string> {
  const body = new FormData()
  body.append('method', 'direct')
  body.append('file', new Blob([new Uint8Array(content)]), filename)
  const { _id } = (await (await app.fetch('/v1.3/assets', { method: 'POST', body })).json()) as {
    _id: string
  }
  return _id
}

const ready = async (app: TestApp): Promise<string> => {
  const id = await create(app)
  await app.room.drain()
  return id
}

const OTHER = { headers: { 'x-api-key': 'key-of-two' } }

test('the bytes of an asset come back as they were, also before it was looked at', async () => {
  const app = await withApp()
  const id = await create(app)
  const got = await app.fetch(`/api/assets/${id}/content`)
  expect(got.status).toBe(200)
  expect(Object.fromEntries(got.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': '600000',
    'accept-ranges': 'bytes',
    'content-disposition': "inline; filename*=UTF-8''my%20clip.mp4",
    'x-content-type-options': 'nosniff',
  })
  expect(CONTENT.equals(Buffer.from(await got.arrayBuffer()))).toBe(true)
  const head = await app.fetch(`/api/assets/${id}/content`, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '600000'])
  expect(head.headers.get('etag')).toBe(got.headers.get('etag'))
})

test('a player gets the ranges that it asks for', async () => {
  const app = await withApp()
  const path = `/api/assets/${await create(app)}/content`
  const etag = (await app.fetch(path, { method: 'HEAD' })).headers.get('etag')!
  const get = (headers: Record<string, string>) => app.fetch(path, { headers })
  for (const [range, from, to] of [
    ['bytes=0-1', 0, 2],
    ['bytes=1000-', 1000, 600_000],
    ['bytes=-10', 599_990, 600_000],
  ] as const) {
    const answer = await get({ range, 'if-range': etag })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([
      206,
      `bytes ${from}-${to - 1}/600000`,
    ])
    expect(CONTENT.subarray(from, to).equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
  }
  expect((await get({ range: 'bytes=0-1', 'if-range': '"another"' })).status).toBe(200)
  const beyond = await get({ range: 'bytes=600000-' })
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */600000'])
  const known = await get({ 'if-none-match': etag })
  expect([known.status, await known.text()]).toEqual([304, ''])
})

test('an empty file is sent as such', async () => {
  const app = await withApp()
  const got = await app.fetch(`/api/assets/${await create(app, 'a.mp4', Buffer.alloc(0))}/content`)
  expect([got.status, got.headers.get('content-length'), await got.text()]).toEqual([200, '0', ''])
})

test('nothing of an asset is shown to another account, without a key, or when it is deleted', async () => {
  const app = await withApp()
  const id = await ready(app)
  const statuses = (init: RequestInit) =>
    Promise.all(
      ['content', 'thumbnails', 'waveform'].map(
        async (what) => (await app.fetch(`/api/assets/${id}/${what}`, init)).status,
      ),
    )
  expect(await statuses({})).toEqual([200, 200, 200])
  expect(await statuses(OTHER)).toEqual([404, 404, 404])
  expect(await statuses({ headers: { 'x-api-key': 'nobody' } })).toEqual([401, 401, 401])
  await app.fetch(`/v1.3/assets/${id}`, { method: 'DELETE' })
  expect(await statuses({})).toEqual([404, 404, 404])
})

test('a thumbnail is made once for each time, width and format, and known again by its ETag', async () => {
  const app = await withApp()
  const id = await ready(app)
  const get = (query = '', headers = {}) => app.fetch(`/api/assets/${id}/thumbnails${query}`, { headers })
  const first = await get()
  expect(first.headers.get('content-type')).toBe('image/jpeg')
  expect(first.headers.get('cache-control')).toBe('private, no-cache')
  expect(await first.json()).toEqual({ atSec: 15, mostWidth: 480, format: 'jpeg' })
  expect(await (await get('?at=149.5&width=100&format=webp')).json()).toEqual({
    atSec: 149.5,
    mostWidth: 100,
    format: 'webp',
  })
  expect((await get('?width=480&format=jpeg')).headers.get('etag')).toBe(first.headers.get('etag'))
  expect((await get('', { 'if-none-match': first.headers.get('etag') })).status).toBe(304)
  expect(app.room.compute.previewCount).toBe(2)
})

test('a waveform has so many points of four decimals', async () => {
  const app = await withApp()
  const id = await ready(app)
  const get = async (query: string) => (await app.fetch(`/api/assets/${id}/waveform${query}`)).json()
  expect(await get('?points=2')).toEqual({ duration_sec: 150, min: [-0.1235, -0.1235], max: [0.5, 0.5] })
  await get('?points=2')
  expect(app.room.compute.previewCount).toBe(1)
  expect(((await get('')) as { min: number[] }).min).toHaveLength(800)
})

test.for([
  ['thumbnails?at=150', 'at'],
  ['thumbnails?at=-1', 'at'],
  ['thumbnails?at=1e3', 'at'],
  ['thumbnails?at=1&at=2', 'at'],
  ['thumbnails?width=15', 'width'],
  ['thumbnails?width=1921', 'width'],
  ['thumbnails?format=gif', 'format'],
  ['thumbnails?size=1', 'size'],
  ['waveform?points=0', 'points'],
  ['waveform?points=10001', 'points'],
] as const)('%s is refused, naming the field', async ([path, field]) => {
  const app = await withApp()
  const response = await app.fetch(`/api/assets/${await ready(app)}/${path}`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'request_invalid', field })
})

test('an asset of text is ready, and there is nothing to see or to hear', async () => {
  const app = await withApp()
  app.room.compute.beforeInspect = () => {
    throw new EmbedlineError('media_unreadable', 'The file is text.')
  }
  const id = await create(app, 'lines.srt', Buffer.from('1\n00:00:00,000 --> 00:00:01,000\nHello'))
  await app.room.drain()
  expect(await (await app.fetch(`/v1.3/assets/${id}`)).json()).toMatchObject({
    status: 'ready',
    technical_metadata: { file_mime_type: 'application/x-subrip' },
  })
  for (const what of ['thumbnails', 'waveform'])
    expect(await (await app.fetch(`/api/assets/${id}/${what}`)).json()).toMatchObject({
      status: 400,
      code: 'media_has_no_stream',
    })
})

test('an asset that is not ready has no pictures, and says so', async () => {
  const app = await withApp()
  const response = await app.fetch(`/api/assets/${await create(app)}/thumbnails`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ detail: 'The asset is not ready yet.' })
})
