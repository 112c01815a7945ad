import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { KEY, withApp, type TestApp } from '../../../test/support/withApp.ts'
import { webServer } from '../../../test/support/webServer.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { Asset, AssetPage } from './answers.ts'

const ASSETS = '/v1.3/assets'

/** A form with the parts in this order; a part with a name of a file is one. */
function form(...parts: Part[]): FormData {
  const data = new FormData()
  for (const [name, content, filename] of parts)
    if (filename === undefined) data.append(name, content)
    else data.append(name, new Blob([content]), filename)
  return data
}

const upload = (app: TestApp, body: FormData) => app.fetch(ASSETS, { method: 'POST', body })

const create = async (app: TestApp, filename = 'clip.mp4') =>
  Asset.parse(await (await upload(app, form(['method', 'direct'], ['file', 'a video', filename]))).json())

test('an upload is an asset that is looked at, with its bytes', async () => {
  const app = await withApp()
  const response = await upload(app, form(['method', 'direct'], ['file', 'a video', 'clip.mp4']))
  expect(response.status).toBe(201)
  const asset = Asset.parse(await response.json())
  expect(asset).toMatchObject({
    method: 'direct',
    status: 'processing',
    filename: 'clip.mp4',
    file_type: 'video/mp4',
  })
  expect(asset).not.toHaveProperty('user_metadata')
  const [row] = await app.parts.store.read.selectFrom('asset').selectAll().execute()
  expect(await readFile(app.room.objectPath(row!.account_id, row!.object_hash!), 'utf8')).toBe('a video')

  await app.room.drain()
  expect(await (await app.fetch(`${ASSETS}/${asset._id}`)).json()).toMatchObject({
    status: 'ready',
    size: 7,
    duration: 150,
  })
})

test('fields may come after the file, and a name of its own goes before that of the file', async () => {
  const app = await withApp()
  const response = await upload(
    app,
    form(
      ['file', 'a video', 'clip.mp4'],
      ['filename', 'Überfall.mov'],
      ['user_metadata', '{"take":3,"good":true,"by":"me"}'],
      ['enable_hls', 'true'],
      ['enable_thumbnail', 'false'],
      ['method', 'direct'],
    ),
  )
  expect(Asset.parse(await response.json())).toMatchObject({
    filename: 'Überfall.mov',
    file_type: 'video/quicktime',
    user_metadata: { take: 3, good: true, by: 'me' },
  })
})

test('a name may have 255 characters, whatever their size', async () => {
  const app = await withApp()
  const filename = '🎬'.repeat(255)
  const response = await upload(app, form(DIRECT, FILE, ['filename', filename]))
  expect(Asset.parse(await response.json())).toMatchObject({ filename })
})

test('a file that is named by its URL is fetched, and then looked at', async () => {
  const app = await withApp()
  const server = await webServer((_request, response) => response.end('a video'))
  const response = await upload(app, form(URL_METHOD, ['url', `${server.url}/my%20clip.mp4?key=1`]))
  expect(response.status).toBe(201)
  const asset = Asset.parse(await response.json())
  expect(asset).toMatchObject({
    method: 'url',
    status: 'processing',
    filename: 'my clip.mp4',
    file_type: 'video/mp4',
  })
  expect(server.seen).toEqual([])
  expect(await app.room.drain()).toEqual(['fetch', 'inspect'])
  expect(await (await app.fetch(`${ASSETS}/${asset._id}`)).json()).toMatchObject({ status: 'ready', size: 7 })
})

test('a file that is not there any more fails the asset, which says why', async () => {
  const app = await withApp()
  const server = await webServer((_request, response) => response.writeHead(404).end())
  const named: Part[] = [URL_METHOD, ['url', server.url], ['filename', 'mine.mp4']]
  const asset = Asset.parse(await (await upload(app, form(...named))).json())
  expect(asset).toMatchObject({ filename: 'mine.mp4' })
  await app.room.drain()
  expect(await (await app.fetch(`${ASSETS}/${asset._id}`)).json()).toMatchObject({
    status: 'failed',
    error: { code: 'fetch_not_found', message: `127.0.0.1:${server.port} answered 404.` },
  })
})

test('an empty file is taken: what it is worth is said later', async () => {
  const app = await withApp()
  expect((await upload(app, form(['method', 'direct'], ['file', '', 'empty.mp4']))).status).toBe(201)
})

type Part = [name: string, content: string, filename?: string]

const DIRECT: Part = ['method', 'direct']
const URL_METHOD: Part = ['method', 'url']
const FILE: Part = ['file', 'x', 'a.mp4']

const INVALID = 'parameter_invalid'
const UNKNOWN = 'parameter_unknown'
const MISSING = 'parameter_not_provided'

const REFUSED: [what: string, parts: Part[], code: string, field: string][] = [
  ['no method', [FILE], MISSING, 'method'],
  ['no such method', [['method', 'magic']], INVALID, 'method'],
  ['a URL of another scheme', [URL_METHOD, ['url', 'ftp://example.com/a.mp4']], INVALID, 'url'],
  ['a URL of nobody', [URL_METHOD, ['url', 'https://example.com/a.mp4']], INVALID, 'url'],
  ['no URL', [URL_METHOD], MISSING, 'url'],
  ['a URL and a file', [URL_METHOD, ['url', 'https://example.com/a.mp4'], FILE], INVALID, 'file'],
  ['a URL for a file', [DIRECT, FILE, ['url', 'https://example.com/a.mp4']], INVALID, 'url'],
  ['no file', [DIRECT], MISSING, 'file'],
  ['two files', [DIRECT, FILE, FILE], INVALID, 'file'],
  ['a field twice', [DIRECT, DIRECT], INVALID, 'method'],
  ['an unknown field', [DIRECT, FILE, ['color', 'red']], UNKNOWN, 'color'],
  ['a file elsewhere', [DIRECT, ['poster', 'x', 'a.png']], UNKNOWN, 'poster'],
  ['a long name', [DIRECT, ['file', 'x', 'a'.repeat(256)]], INVALID, 'filename'],
  ['metadata that is no JSON', [DIRECT, FILE, ['user_metadata', '{']], INVALID, 'user_metadata'],
  ['metadata with lists', [DIRECT, FILE, ['user_metadata', '{"a":[]}']], INVALID, 'user_metadata'],
  ['a flag that is none', [DIRECT, FILE, ['enable_hls', '1']], INVALID, 'enable_hls'],
]

test.for(REFUSED)('%s: 400 that names the field, and nothing is kept', async ([, parts, code, field]) => {
  const app = await withApp()
  const response = await upload(app, form(...parts))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code, error: { code, details: { field } } })
  expect(await app.leftovers()).toEqual([])
  expect(await app.parts.store.read.selectFrom('object').select('hash').execute()).toEqual([])
})

test('a file that is too large is refused so that the client can read it, and the connection goes on', async () => {
  const app = await withApp(({ limits }) => ({ limits: { ...limits, uploadBytes: 100_000 } }))
  const large = 'x'.repeat(5_000_000)
  const response = await upload(app, form(['method', 'direct'], ['file', large, 'a.mp4']))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { details: { field: 'file' } } })
  expect(response.headers.get('connection')).not.toBe('close')
  expect(await app.leftovers()).toEqual([])
})

test('a form of very many fields is refused before they fill the memory', async () => {
  const app = await withApp()
  const body = form(DIRECT)
  for (let count = 0; count < 300; count++) body.append(`${'x'.repeat(1000)}${count}`, '')
  const response = await upload(app, body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ message: expect.stringContaining('too long') })
})

test('a full disk and a bug are no 5xx for an upload: the official client would hide them', async () => {
  for (const [failure, status] of [
    [new EmbedlineError('disk_full', 'full'), 403],
    [new Error('secret of the house'), 400],
  ] as const) {
    const app = await withApp(({ objects }) => ({
      objects: { ...objects, keep: () => Promise.reject(failure) },
    }))
    const response = await upload(app, form(['method', 'direct'], ['file', 'x', 'a.mp4']))
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('secret')
    expect(await app.leftovers()).toEqual([])
  }
})

test('a form that cannot be taken is refused before its client has sent all of it', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  const field = '--b\r\ncontent-disposition: form-data; name="method"\r\n\r\ndirect\r\n'
  socket.write(
    `POST ${ASSETS} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 1000000\r\n` +
      `content-type: multipart/form-data; boundary=b\r\n\r\n${field}${field}--b`,
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 .*It is there twice/s)
  socket.destroy()
})

test('a client that stops in the middle of its upload loses its connection and leaves nothing', async () => {
  const app = await withApp(undefined, { idleMs: 200 })
  const socket = connect(app.port, '127.0.0.1')
  socket.resume()
  socket.write(
    `POST ${ASSETS} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 1000000\r\n` +
      `content-type: multipart/form-data; boundary=b\r\n\r\n` +
      `--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nhalf`,
  )
  await once(socket, 'close')
  await expect.poll(() => app.leftovers()).toEqual([])
})

test('a client that goes away in the middle of its upload leaves nothing', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST ${ASSETS} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 1000000\r\n` +
      'content-type: multipart/form-data; boundary=b\r\n\r\n' +
      '--b\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nhalf of a vid',
  )
  await vi.waitFor(async () => expect(await app.leftovers()).toHaveLength(1))
  socket.destroy()
  await vi.waitFor(async () => expect(await app.leftovers()).toEqual([]))
  expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
})

test('a list is newest first, by ids, kinds and part of the name, and empty past its end', async () => {
  const app = await withApp()
  const ids: Record<string, string> = {}
  for (const name of ['one.mp4', 'two.wav', 'Three.PNG', 'four.pdf']) {
    app.room.clock.advance(1000)
    ids[name] = (await create(app, name))._id
  }
  const names = async (query: string) =>
    AssetPage.parse(await (await app.fetch(`${ASSETS}?${query}`)).json()).data.map(({ filename }) => filename)
  expect(await names('')).toEqual(['four.pdf', 'Three.PNG', 'two.wav', 'one.mp4'])
  expect(await names('page_limit=3&page=2')).toEqual(['one.mp4'])
  expect(await names('page=9')).toEqual([])
  expect(await names(`asset_ids=${ids['one.mp4']}&asset_ids=${ids['two.wav']}&asset_ids=x`)).toEqual([
    'two.wav',
    'one.mp4',
  ])
  expect(await names(`asset_ids=${ids['one.mp4']}`)).toEqual(['one.mp4'])
  expect(await names('asset_types=image&asset_types=document')).toEqual(['four.pdf', 'Three.PNG'])
  expect(await names(`asset_ids=${ids['one.mp4']},${ids['two.wav']}`)).toEqual(['two.wav', 'one.mp4'])
  expect(await names('asset_types=image,document')).toEqual(['four.pdf', 'Three.PNG'])
  expect(await names('asset_ids=')).toEqual([])
  expect(await names('filename=tHREE')).toEqual(['Three.PNG'])
})

test.for(['page=0', 'page_limit=51', 'asset_types=smell'])('a list with %s is refused', async (query) => {
  const app = await withApp()
  expect((await app.fetch(`${ASSETS}?${query}`)).status).toBe(400)
})

test('a deleted asset is gone, and so is one of another account', async () => {
  const app = await withApp()
  const { _id } = await create(app)
  const other = { headers: { 'x-api-key': 'key-of-two' } }
  expect((await app.fetch(`${ASSETS}/${_id}`, other)).status).toBe(404)
  expect((await app.fetch(`${ASSETS}/${_id}`, { ...other, method: 'DELETE' })).status).toBe(404)
  const response = await app.fetch(`${ASSETS}/${_id}?force=true`, { method: 'DELETE' })
  expect(response.status).toBe(204)
  expect(await response.text()).toBe('')
  expect((await app.fetch(`${ASSETS}/${_id}`)).status).toBe(404)
  expect((await app.fetch(`${ASSETS}/${_id}`, { method: 'DELETE' })).status).toBe(404)
})
