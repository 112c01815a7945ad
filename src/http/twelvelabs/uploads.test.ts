import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import {
  beginUpload,
  chunkOf,
  contentOf,
  md5,
  partsOf,
  put,
  report,
  unfinished,
  UPLOADS,
  urlOf,
  type UploadBody,
} from '../../../test/support/uploads.ts'
import { madeKey } from '../../../test/support/madeKeys.ts'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'
import { limitsNamed } from '../../domain/limits.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { expireUploads, forgetUnwantedUploads } from '../../tasks/uploads/expireUploads.ts'
import { Asset, Upload, UploadPage, UploadProgress, UploadReport } from './answers.ts'

const DAY_MS = 24 * 3_600_000

/** A server whose parts are a thousand bytes. */
const smallParts = (): Promise<TestApp> =>
  withApp(({ limits }) => ({ limits: { ...limits, uploadPartBytes: 1000 } }))

async function sendAll(app: TestApp, upload: UploadBody, content: Buffer): Promise<Response> {
  const parts = partsOf(content, upload)
  for (const [at, part] of parts.entries()) expect((await put(urlOf(upload, at + 1), part)).status).toBe(200)
  return report(app, upload, ...parts.map((part, at) => chunkOf(at + 1, part)))
}

const progressOf = async (app: TestApp, { upload_id: id }: UploadBody, query = '') =>
  UploadProgress.parse(await (await app.fetch(`${UPLOADS}/${id}${query}`)).json())

const bytesOfAsset = async (app: TestApp, id: string): Promise<Buffer> => {
  const row = await app.parts.store.read
    .selectFrom('asset')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return readFile(app.room.objectPath(row.account_id, row.object_hash!))
}

test('a file comes in parts, in any order, and is then an asset that is looked at', async () => {
  const app = await smallParts()
  const content = contentOf(3500)
  const upload = Upload.parse(await beginUpload(app, content.length, { user_metadata: { take: 3 } }))
  expect(upload).toMatchObject({ chunk_size: 1000, total_chunks: 4, upload_headers: {} })
  expect(upload.upload_urls.map(({ chunk_index: index }) => index)).toEqual([1, 2, 3, 4])
  expect((await app.fetch(`/v1.3/assets/${upload.asset_id}`)).status).toBe(404)

  const parts = partsOf(content, upload)
  for (const index of [4, 2, 1, 3]) {
    const sent = await put(urlOf(upload, index), parts[index - 1]!)
    expect([sent.status, sent.headers.get('etag')]).toEqual([200, `"${md5(parts[index - 1]!)}"`])
  }
  const first = await report(app, upload, chunkOf(3, parts[2]!), chunkOf(1, parts[0]!))
  expect(UploadReport.parse(await first.json())).toEqual({
    asset_id: upload.asset_id,
    processed_chunks: 2,
    duplicate_chunks: 0,
    total_completed: 2,
  })
  const last = await report(app, upload, chunkOf(2, parts[1]!), chunkOf(3, parts[2]!), chunkOf(4, parts[3]!))
  expect(UploadReport.parse(await last.json())).toEqual({
    asset_id: upload.asset_id,
    processed_chunks: 2,
    duplicate_chunks: 1,
    total_completed: 4,
    url: `${app.url}/api/assets/${upload.asset_id}/content`,
  })
  const asset = Asset.parse(await (await app.fetch(`/v1.3/assets/${upload.asset_id}`)).json())
  expect(asset).toMatchObject({
    method: 'multipart',
    status: 'processing',
    filename: 'clip.mp4',
    file_type: 'video/mp4',
    user_metadata: { take: 3 },
  })

  expect(await app.room.drain()).toEqual(['assemble', 'inspect'])
  expect(await (await app.fetch(`/v1.3/assets/${upload.asset_id}`)).json()).toMatchObject({
    status: 'ready',
    size: 3500,
  })
  expect((await bytesOfAsset(app, upload.asset_id)).equals(content)).toBe(true)
  expect(await unfinished(app)).toEqual([])
})

test('a part is written to its place at once, and what has not come takes no space', async () => {
  const app = await smallParts()
  const content = contentOf(5000)
  const upload = await beginUpload(app, content.length)
  expect(await unfinished(app)).toEqual([])
  await put(urlOf(upload, 4), partsOf(content, upload)[3]!)
  expect(await unfinished(app)).toEqual([`upload-${upload.upload_id}`])
})

test('a part may be sent again until it is reported: the last one counts', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 1500)
  const [one, other] = [contentOf(1500, 1), contentOf(1500, 2)]
  await put(urlOf(upload, 1), partsOf(one, upload)[0]!)
  await put(urlOf(upload, 1), partsOf(other, upload)[0]!)
  const stale = await report(app, upload, chunkOf(1, partsOf(one, upload)[0]!))
  expect(stale.status).toBe(400)
  expect(await stale.json()).toMatchObject({ error: { details: { field: 'completed_chunks[0].proof' } } })
  expect((await report(app, upload, chunkOf(1, partsOf(other, upload)[0]!))).status).toBe(200)

  const late = await put(urlOf(upload, 1), partsOf(one, upload)[0]!)
  expect(late.status).toBe(403)
  expect(await late.json()).toMatchObject({ error: { details: { reason: 'part_reported' } } })
  expect((await sendRest()).status).toBe(200)
  await app.room.drain()
  expect((await bytesOfAsset(app, upload.asset_id)).equals(other)).toBe(true)

  async function sendRest() {
    const rest = partsOf(other, upload)[1]!
    await put(urlOf(upload, 2), rest)
    return report(app, upload, chunkOf(2, rest))
  }
})

test('while a part is still coming in it may be sent again, and the earlier one writes no more', async () => {
  const app = await smallParts()
  const content = contentOf(1000)
  const upload = await beginUpload(app, content.length)
  const { pathname, search } = new URL(urlOf(upload, 1))
  const slow = connect(app.port, '127.0.0.1')
  slow.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf of it`)
  await expect.poll(() => unfinished(app)).toHaveLength(1)

  const answered = await put(urlOf(upload, 1), content)
  expect(answered.status).toBe(200)
  slow.write('z'.repeat(990))
  const [answer] = (await once(slow, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /)
  slow.destroy()
  await report(app, upload, chunkOf(1, content))
  await app.room.drain()
  expect((await bytesOfAsset(app, upload.asset_id)).equals(content)).toBe(true)
})

test.for([
  ['small', 999],
  ['large', 1001],
])('a part that is too %s is refused, announced or not, and leaves no part', async ([, sizeBytes]) => {
  const app = await smallParts()
  const upload = await beginUpload(app, 2000)
  const bytes = contentOf(Number(sizeBytes))
  for (const body of [new Uint8Array(bytes), new Blob([new Uint8Array(bytes)]).stream()]) {
    const response = await fetch(urlOf(upload, 1), { method: 'PUT', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('has 1000 bytes') })
  }
  const reported = await report(app, upload, chunkOf(1, contentOf(1000)))
  expect(reported.status).toBe(400)
  expect(await reported.json()).toMatchObject({ message: expect.stringContaining('has not come') })
})

test('addresses are good as long as the key that they were given to: with another key the upload goes on', async () => {
  const app = await smallParts()
  const content = contentOf(2000)
  const { id, secret } = await madeKey(app, { expires_at: '2030-01-01T00:10:00Z' })
  const as = (key: string, path: string, body: object) =>
    app.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { 'x-api-key': key } })
  const order = { filename: 'clip.mp4', type: 'video', total_size: content.length }
  const upload = (await (await as(secret, UPLOADS, order)).json()) as UploadBody
  const [first, last] = partsOf(content, upload) as [Buffer, Buffer]
  expect((await put(urlOf(upload, 1), first)).status).toBe(200)
  app.room.clock.advance(600_000)
  const late = await put(urlOf(upload, 2), last)
  expect([late.status, await late.json()]).toMatchObject([
    403,
    { error: { details: { reason: 'key_ended' } } },
  ])
  const more = await app.post(`${UPLOADS}/${upload.upload_id}/presigned-urls`, { start: 2, count: 1 })
  const { upload_urls: urls } = (await more.json()) as UploadBody
  expect((await put(urls[0]!.url.replace(/key=\w+/, `key=${id}`), last)).status).toBe(403)
  expect((await put(urls[0]!.url, last)).status).toBe(200)
  const reported = await report(app, upload, chunkOf(1, first), chunkOf(2, last))
  expect(await reported.json()).toMatchObject({ total_completed: 2 })
})

test('no address but those of this server takes anything, and only for their time', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 2000)
  const other = await beginUpload(app, 2000)
  const bytes = contentOf(1000)
  const url = urlOf(upload, 1)
  const refused: [string, string][] = [
    [url.replace(/.$/, (last) => (last === '0' ? '1' : '0')), 'signature'],
    [url.replace(/signature=.*/, 'signature='), 'signature'],
    [url.replace('/parts/1', '/parts/2'), 'signature'],
    [url.replace(upload.upload_id, other.upload_id), 'signature'],
    [url.replace(/expires=(\d+)/, (_, ms) => `expires=${Number(ms) + 1}`), 'signature'],
  ]
  for (const [address, reason] of refused) {
    const response = await put(address, bytes)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      code: 'api_not_allowed',
      error: { details: { reason } },
    })
  }
  expect((await put(url.replace(/\?.*/, ''), bytes)).status).toBe(400)
  expect((await put(url.replace('/parts/1', '/parts/01'), bytes)).status).toBe(404)
  expect(await unfinished(app)).toEqual([])

  app.room.clock.advance(3_600_000)
  const late = await put(url, bytes)
  expect(late.status).toBe(403)
  expect(await late.json()).toMatchObject({ error: { details: { reason: 'address_expired' } } })
  const more = await app.post(`${UPLOADS}/${upload.upload_id}/presigned-urls`, { start: 1, count: 1 })
  const { upload_urls: urls } = (await more.json()) as UploadBody
  expect((await put(urls[0]?.url, bytes)).status).toBe(200)
})

test('more addresses are given part by part, and never past the last one', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 120_500)
  expect(upload.upload_urls).toHaveLength(50)
  const ask = async (start: number, count: number) =>
    app.post(`${UPLOADS}/${upload.upload_id}/presigned-urls`, { start, count })
  expect(await (await ask(119, 50)).json()).toMatchObject({
    upload_id: upload.upload_id,
    start_index: 119,
    count: 3,
    upload_urls: [{ chunk_index: 119 }, { chunk_index: 120 }, { chunk_index: 121 }],
  })
  for (const [start, count, field] of [
    [122, 1, 'start'],
    [0, 1, 'start'],
    [1, 51, 'count'],
    [1, 0, 'count'],
  ] as const) {
    const response = await ask(start, count)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { details: { field } } })
  }
})

test('a report that does not fit what came changes nothing at all', async () => {
  const app = await smallParts()
  const content = contentOf(2500)
  const upload = await beginUpload(app, content.length)
  const parts = partsOf(content, upload)
  await put(urlOf(upload, 1), parts[0]!)
  const good = chunkOf(1, parts[0]!)
  const wrong: [object, string][] = [
    [{ ...good, proof: md5(parts[1]!) }, 'proof'],
    [{ ...good, chunk_size: 999 }, 'chunk_size'],
    [chunkOf(2, parts[1]!), 'chunk_index'],
    [chunkOf(4, parts[1]!), 'chunk_index'],
    [{ ...good, proof_type: 'md5' }, 'proof_type'],
    [{ ...good, chunk_index: 0 }, 'chunk_index'],
    [{ ...good, color: 'red' }, 'color'],
  ]
  for (const [chunk, name] of wrong) {
    const response = await report(app, upload, good, chunk)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { details: { field: `completed_chunks[1].${name}` } },
    })
  }
  expect((await report(app, upload)).status).toBe(400)
  expect(await progressOf(app, upload)).toMatchObject({ chunks_completed: 0 })
  const twice = await report(app, upload, good, { ...good, proof: `"${good.proof.toUpperCase()}"` })
  expect(await twice.json()).toMatchObject({ processed_chunks: 1, duplicate_chunks: 1, total_completed: 1 })
})

test('an upload says how far it is, part by part, and which parts have come unreported', async () => {
  const app = await smallParts()
  const content = contentOf(2500)
  const upload = await beginUpload(app, content.length)
  const parts = partsOf(content, upload)
  await put(urlOf(upload, 1), parts[0]!)
  await put(urlOf(upload, 3), parts[2]!)
  await report(app, upload, chunkOf(3, parts[2]!))
  const progress = await progressOf(app, upload)
  expect(progress).toMatchObject({
    upload_id: upload.upload_id,
    status: 'active',
    chunks_completed: 1,
    chunks_failed: 0,
    chunks_pending: 2,
    total_size: 2500,
    uploaded_size: 500,
    page_info: { page: 1, limit_per_page: 10, total_page: 1, total_results: 3 },
  })
  expect(progress.uploaded_chunks).toMatchObject([
    { index: 1, status: 'pending', uploaded_at: null, etag: md5(parts[0]!) },
    { index: 2, status: 'pending', uploaded_at: null },
    { index: 3, status: 'completed', uploaded_at: expect.any(String) },
  ])
  const second = await progressOf(app, upload, '?page=2&page_limit=2')
  expect(second.uploaded_chunks.map(({ index }) => index)).toEqual([3])
  expect((await progressOf(app, upload, '?page=3&page_limit=2')).uploaded_chunks).toEqual([])
})

test('incomplete uploads are listed newest first, those of the account alone', async () => {
  const app = await smallParts()
  const uploads: UploadBody[] = []
  for (let count = 0; count < 3; count++) {
    app.room.clock.advance(1000)
    uploads.unshift(await beginUpload(app, 500))
  }
  await sendAll(app, uploads[1]!, contentOf(500))
  const list = async (query = '', headers = {}) =>
    UploadPage.parse(await (await app.fetch(UPLOADS + query, { headers })).json())
  expect((await list()).data).toMatchObject([
    {
      upload_id: uploads[0]!.upload_id,
      status: 'active',
      total_size: 500,
      total_chunks: 1,
      chunk_size: 1000,
    },
    { upload_id: uploads[2]!.upload_id },
  ])
  expect((await list('?page=2&page_limit=1')).data).toHaveLength(1)
  expect((await list('?page=3&page_limit=1')).data).toEqual([])
  const other = { 'x-api-key': 'key-of-two' }
  expect((await list('', other)).data).toEqual([])
  for (const path of ['', '/presigned-urls'])
    expect(
      (
        await app.fetch(`${UPLOADS}/${uploads[0]!.upload_id}${path}`, {
          method: 'POST',
          headers: other,
          body: JSON.stringify({ start: 1, count: 1, completed_chunks: [chunkOf(1, contentOf(500))] }),
        })
      ).status,
    ).toBeGreaterThanOrEqual(400)
  expect((await app.fetch(`${UPLOADS}/${uploads[0]!.upload_id}`, { headers: other })).status).toBe(404)
})

test('finishing twice, also at the same time, makes one asset', async () => {
  const app = await smallParts()
  const content = contentOf(1500)
  const upload = await beginUpload(app, content.length)
  const parts = partsOf(content, upload)
  for (const [at, part] of parts.entries()) await put(urlOf(upload, at + 1), part)
  const chunks = parts.map((part, at) => chunkOf(at + 1, part))
  const answers = await Promise.all([report(app, upload, ...chunks), report(app, upload, ...chunks)])
  const bodies = await Promise.all(answers.map(async (each) => UploadReport.parse(await each.json())))
  expect(new Set(bodies.map(({ processed_chunks: count }) => count))).toEqual(new Set([0, 2]))
  expect(bodies.every(({ url }) => url !== undefined)).toBe(true)
  expect(await app.room.drain()).toEqual(['assemble', 'inspect'])
  expect(await (await report(app, upload, ...chunks)).json()).toMatchObject({
    duplicate_chunks: 2,
    total_completed: 2,
    url: expect.any(String),
  })
  expect(await app.room.drain()).toEqual([])
  expect((await put(urlOf(upload, 1), parts[0]!)).status).toBe(403)
})

test('two uploads of the same bytes are two assets whose bytes are stored once', async () => {
  const app = await smallParts()
  const content = contentOf(2500)
  const uploads = await Promise.all([1, 2].map(() => beginUpload(app, content.length)))
  await Promise.all(uploads.map((upload) => sendAll(app, upload, content)))
  await app.room.drain()
  const rows = await app.parts.store.read.selectFrom('object').selectAll().execute()
  expect(rows).toMatchObject([{ reference_count: 2, size_bytes: 2500 }])
  expect(await unfinished(app)).toEqual([])
  await app.fetch(`/v1.3/assets/${uploads[0]!.asset_id}`, { method: 'DELETE' })
  expect((await bytesOfAsset(app, uploads[1]!.asset_id)).equals(content)).toBe(true)
})

test('deleting the asset in the middle gives the upload up, and its space back', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 2000)
  const bytes = contentOf(1000)
  await put(urlOf(upload, 1), bytes)
  const path = `/v1.3/assets/${upload.asset_id}`
  expect((await app.fetch(path, { method: 'DELETE', headers: { 'x-api-key': 'key-of-two' } })).status).toBe(
    404,
  )
  expect((await app.fetch(path, { method: 'DELETE' })).status).toBe(204)
  expect(await unfinished(app)).toEqual([])
  expect((await put(urlOf(upload, 2), bytes)).status).toBe(403)
  expect((await report(app, upload, chunkOf(1, bytes))).status).toBe(403)
  expect(await progressOf(app, upload)).toMatchObject({ status: 'failed' })
  expect((await app.fetch(path, { method: 'DELETE' })).status).toBe(404)
  await expireUploads(app.parts)
  await forgetUnwantedUploads(app.parts)
  expect(await unfinished(app)).toEqual([])
})

test('an asset that is deleted before its parts are put together leaves nothing', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 1500)
  await sendAll(app, upload, contentOf(1500))
  expect((await app.fetch(`/v1.3/assets/${upload.asset_id}`, { method: 'DELETE' })).status).toBe(204)
  expect(await app.room.drain()).toEqual([])
  expect(await unfinished(app)).toEqual([])
  expect(await app.parts.store.read.selectFrom('object').selectAll().execute()).toEqual([])
})

test('an asset that is deleted while its parts are put together leaves nothing', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 1500)
  await sendAll(app, upload, contentOf(1500))
  const { objects } = app.room.parts
  const hashParts = objects.hashParts.bind(objects)
  objects.hashParts = async (name, sizeBytes, signal) => {
    const hash = await hashParts(name, sizeBytes, signal)
    await app.fetch(`/v1.3/assets/${upload.asset_id}`, { method: 'DELETE' })
    return hash
  }
  await expect(app.room.drain()).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await unfinished(app)).toEqual([])
  expect(await app.parts.store.read.selectFrom('object').selectAll().execute()).toEqual([])
})

test('a task may be made on an asset whose parts are not put together yet', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 1500)
  await sendAll(app, upload, contentOf(1500))
  const created = await app.post('/v1.3/embed-v2/tasks', {
    input_type: 'video',
    video: { media_source: { asset_id: upload.asset_id } },
  })
  expect(created.status).toBe(202)
  const { _id } = (await created.json()) as { _id: string }
  await app.room.drain()
  await app.fetch(`/v1.3/assets/${upload.asset_id}`, { method: 'DELETE' })
  expect(await (await app.fetch(`/v1.3/embed-v2/tasks/${_id}`)).json()).toMatchObject({ status: 'ready' })
  const [object] = await app.parts.store.read.selectFrom('object').selectAll().execute()
  expect(object).toBeUndefined()
})

test('after a day an upload is over, its file is gone, and a week later so is what is known of it', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 2000)
  const whole = await beginUpload(app, 500)
  await sendAll(app, whole, contentOf(500))
  await put(urlOf(upload, 1), contentOf(1000))
  app.room.clock.advance(DAY_MS)
  expect(await progressOf(app, upload)).toMatchObject({ status: 'expired' })
  const more = await app.post(`${UPLOADS}/${upload.upload_id}/presigned-urls`, { start: 1, count: 1 })
  expect(more.status).toBe(403)
  expect(await more.json()).toMatchObject({ error: { details: { reason: 'upload_expired' } } })
  expect((await app.fetch(UPLOADS)).status).toBe(200)

  await expireUploads(app.parts)
  await forgetUnwantedUploads(app.parts)
  expect(await unfinished(app)).toEqual([`upload-${whole.upload_id}`])
  expect(await progressOf(app, upload)).toMatchObject({ status: 'expired' })
  await app.room.drain()
  expect(await progressOf(app, whole)).toMatchObject({ status: 'completed' })
  app.room.clock.advance(7 * DAY_MS)
  await expireUploads(app.parts)
  await forgetUnwantedUploads(app.parts)
  for (const { upload_id: id } of [upload, whole])
    expect((await app.fetch(`${UPLOADS}/${id}`)).status).toBe(404)
  expect(await app.parts.store.read.selectFrom('upload_part').selectAll().execute()).toEqual([])
  expect((await app.fetch(`/v1.3/assets/${whole.asset_id}`)).status).toBe(200)
})

const REFUSED: [what: string, change: object, code: string, field: string][] = [
  ['no name', { filename: undefined }, 'parameter_not_provided', 'filename'],
  ['an empty name', { filename: '' }, 'parameter_invalid', 'filename'],
  ['another type', { type: 'document' }, 'parameter_invalid', 'type'],
  ['no bytes', { total_size: 0 }, 'parameter_invalid', 'total_size'],
  ['half a byte', { total_size: 1.5 }, 'parameter_invalid', 'total_size'],
  ['more bytes than are taken', { total_size: 10 * 1024 ** 3 + 1 }, 'parameter_invalid', 'total_size'],
  ['a number beyond all', { total_size: 1e300 }, 'parameter_invalid', 'total_size'],
  ['a size as text', { total_size: '5' }, 'parameter_invalid', 'total_size'],
  ['a flag as text', { enable_hls: 'true' }, 'parameter_invalid', 'enable_hls'],
  ['metadata with lists', { user_metadata: { a: [] } }, 'parameter_invalid', 'user_metadata.a'],
  ['too much metadata', { user_metadata: { a: 'x'.repeat(300_000) } }, 'parameter_invalid', 'user_metadata'],
  ['an unknown key', { color: 'red' }, 'parameter_unknown', 'color'],
]

test.for(REFUSED)('an upload with %s is refused, naming the field', async ([, change, code, field]) => {
  const app = await withApp()
  const body = { filename: 'a.mp4', type: 'video', total_size: 5, ...change }
  const response = await app.post(UPLOADS, body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code, error: { details: { field } } })
})

test('with the limits of the hosted service a picture in parts has no more bytes than there', async () => {
  const app = await withApp(() => ({ limits: limitsNamed('upstream') }))
  const ask = (type: string) => app.post(UPLOADS, { filename: 'a.png', type, total_size: 32 * 1024 ** 2 + 1 })
  expect((await ask('video')).status).toBe(201)
  const refused = await ask('image')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { details: { field: 'total_size' } } })
})

test('nulls are as good as nothing, and what is no JSON is refused', async () => {
  const app = await withApp()
  const nothing = { enable_hls: null, enable_thumbnail: null, user_metadata: null }
  expect((await beginUpload(app, 5, nothing)).total_chunks).toBe(1)
  for (const body of ['{', '', '[]', '"a"', '\xff'])
    expect((await app.fetch(UPLOADS, { method: 'POST', body: Buffer.from(body, 'latin1') })).status).toBe(400)
})

test('a large file has few parts, of whole mebibytes', async () => {
  const app = await withApp()
  expect(await beginUpload(app, 1024 ** 3)).toMatchObject({ chunk_size: 5 * 1024 ** 2, total_chunks: 205 })
  const large = await beginUpload(app, 10 * 1024 ** 3)
  expect(large).toMatchObject({ chunk_size: 6 * 1024 ** 2, total_chunks: 1707 })
})

test('what would not fit on the disk is refused before it is full, with a status that no client tries again', async () => {
  const app = await withApp(({ limits, objects }) => ({
    limits: { ...limits, uploadPartBytes: 1000 },
    objects: {
      ...objects,
      checkSpace: async (sizeBytes) => {
        if (sizeBytes > 5000) throw new EmbedlineError('disk_full', 'There is no space left.')
      },
    },
  }))
  const upload = await beginUpload(app, 4000)
  const ask = () => app.post(UPLOADS, { filename: 'a.mp4', type: 'video', total_size: 2000 })
  const refused = await ask()
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ code: 'usage_limit_exceeded' })
  // What has come is no longer to come.
  await put(urlOf(upload, 1), contentOf(1000))
  expect((await ask()).status).toBe(201)
})

test('an account has only so many uploads that are not complete, and is told what to do about it', async () => {
  const app = await withApp(({ limits }) => ({ limits: { ...limits, activeUploads: 2 } }))
  const ask = (headers = {}) =>
    app.fetch(UPLOADS, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ filename: 'a.mp4', type: 'video', total_size: 5 }),
    })
  const [first, second, third] = await Promise.all([beginUpload(app, 5), beginUpload(app, 5), ask()])
  expect(third.status).toBe(403)
  expect(await third.json()).toMatchObject({
    code: 'usage_limit_exceeded',
    message: expect.stringContaining('2 uploads are begun and not complete'),
  })
  expect((await ask({ 'x-api-key': 'key-of-two' })).status).toBe(201)
  await app.fetch(`/v1.3/assets/${first.asset_id}`, { method: 'DELETE' })
  expect((await ask()).status).toBe(201)
  await sendAll(app, second, contentOf(5))
  expect((await ask()).status).toBe(201)
  expect((await ask()).status).toBe(403)
  app.room.clock.advance(DAY_MS)
  expect((await ask()).status).toBe(201)
})

test('a part for which there is no space left answers 403, and a bug 400, neither of which is tried again', async () => {
  for (const [failure, status, code] of [
    [new EmbedlineError('disk_full', 'full'), 403, 'usage_limit_exceeded'],
    [new Error('secret of the house'), 400, 'internal_server_error'],
  ] as const) {
    const app = await withApp(({ objects }) => ({
      objects: { ...objects, openPart: () => Promise.reject(failure) },
    }))
    const upload = await beginUpload(app, 5)
    const response = await put(urlOf(upload, 1), contentOf(5))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code })
  }
})

test('a client that goes away in the middle of a part leaves no part', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 1000)
  const { pathname, search } = new URL(urlOf(upload, 1))
  const socket = connect(app.port, '127.0.0.1')
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf of it`)
  await expect.poll(() => unfinished(app)).toHaveLength(1)
  socket.destroy()
  await vi.waitFor(() => expect(app.log.map(({ message }) => message)).toContain('a request was refused'))
  const { uploaded_chunks: chunks } = await progressOf(app, upload)
  expect(chunks[0]).not.toHaveProperty('etag')
})

test('only PUT is taken at the address of a part, and pages may use it', async () => {
  const app = await smallParts()
  const upload = await beginUpload(app, 1000)
  const response = await fetch(urlOf(upload, 1))
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'PUT, OPTIONS'])
  const preflight = await fetch(urlOf(upload, 1), { method: 'OPTIONS' })
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
  const sent = await put(urlOf(upload, 1), contentOf(1000))
  expect(sent.headers.get('access-control-expose-headers')).toContain('etag')
})
