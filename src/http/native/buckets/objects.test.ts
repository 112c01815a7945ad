import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { KEY, withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { objectUrl } from '../../objectUrl.ts'

const put = (app: TestApp, path: string, body: string | Uint8Array<ArrayBuffer> = 'some text') =>
  app.fetch(path, { method: 'PUT', body })

const LIST = '/api/buckets/docs/objects'

interface Listed {
  objects: { key: string; size_bytes: number }[]
  next_after?: string
}

const listed = async (app: TestApp, query = '') => (await (await app.fetch(LIST + query)).json()) as Listed
const keysOf = ({ objects }: Listed) => objects.map(({ key }) => key)

test('an object that was put is listed and comes back byte by byte', async () => {
  const app = await withApp()
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251)
  const made = await put(app, `${LIST}/policy/refunds.pdf`, bytes)
  expect(made.status).toBe(201)
  expect(await made.json()).toMatchObject({ key: 'policy/refunds.pdf', size_bytes: 300_000 })

  const got = await app.fetch(`${LIST}/policy/refunds.pdf`)
  expect(got.status).toBe(200)
  expect(got.headers.get('content-type')).toBe('application/octet-stream')
  expect(got.headers.get('content-length')).toBe('300000')
  expect(got.headers.get('etag')).toBe(made.headers.get('etag'))
  expect(Buffer.from(await got.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)

  expect(keysOf(await listed(app))).toEqual(['policy/refunds.pdf'])
  expect(await (await app.fetch('/api/buckets')).json()).toEqual({ buckets: ['docs'] })
})

test('an empty bucket can be made, and making it again does nothing', async () => {
  const app = await withApp()
  const make = (bucket: string) => app.fetch(`/api/buckets/${bucket}`, { method: 'PUT' })
  expect((await make('docs')).status).toBe(201)
  await put(app, `${LIST}/a.txt`)
  const again = await make('docs')
  expect([again.status, await again.json()]).toEqual([200, { bucket: 'docs' }])
  expect(keysOf(await listed(app))).toEqual(['a.txt'])
  expect((await make('No-Bucket')).status).toBe(400)
  expect((await make('..%2fdocs')).status).toBe(400)
})

test('an object that is put again is replaced, and has another change token', async () => {
  const app = await withApp()
  const first = await put(app, `${LIST}/a.txt`)
  const second = await put(app, `${LIST}/a.txt`, 'another text')
  expect(second.status).toBe(200)
  expect(second.headers.get('etag')).not.toBe(first.headers.get('etag'))
  expect(await (await app.fetch(`${LIST}/a.txt`)).text()).toBe('another text')
})

test('HEAD says what GET would, without the bytes', async () => {
  const app = await withApp()
  await put(app, `${LIST}/a.txt`)
  const head = await app.fetch(`${LIST}/a.txt`, { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe('9')
  expect(head.headers.get('last-modified')).toMatch(/GMT$/)
  expect(await head.text()).toBe('')
  expect((await app.fetch(`${LIST}/b.txt`, { method: 'HEAD' })).status).toBe(404)
})

test('one range of an object is sent as such, with what has to be known to ask for the next one', async () => {
  const app = await withApp()
  const bytes = Buffer.from(Uint8Array.from({ length: 600_000 }, (_, index) => index % 251))
  const etag = (await put(app, `${LIST}/a.bin`, bytes)).headers.get('etag')!
  const get = (range: string, headers = {}) => app.fetch(`${LIST}/a.bin`, { headers: { range, ...headers } })
  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=1000-599998', 1000, 599_999],
    ['bytes=300000-', 300_000, 600_000],
    ['bytes=-10', 599_990, 600_000],
  ] as const) {
    const answer = await get(range, { 'if-range': etag })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/600000`)
    expect(answer.headers.get('content-length')).toBe(`${to - from}`)
    expect(answer.headers.get('etag')).toBe(etag)
    expect(bytes.subarray(from, to).equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
  }
  const all = await get('bytes=5-9', { 'if-range': '"another"' })
  expect([all.status, all.headers.get('accept-ranges')]).toEqual([200, 'bytes'])
  expect((await all.arrayBuffer()).byteLength).toBe(600_000)
})

test('a range behind the end is 416 with the size, and HEAD knows no ranges', async () => {
  const app = await withApp()
  await put(app, `${LIST}/a.txt`)
  const refused = await app.fetch(`${LIST}/a.txt`, { headers: { range: 'bytes=9-' } })
  expect([refused.status, refused.headers.get('content-range')]).toEqual([416, 'bytes */9'])
  expect(await refused.json()).toMatchObject({ code: 'request_invalid', field: 'Range', status: 416 })
  const head = await app.fetch(`${LIST}/a.txt`, { method: 'HEAD', headers: { range: 'bytes=0-1' } })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '9'])
  expect(head.headers.get('accept-ranges')).toBe('bytes')
})

test('an object that was removed is gone, and cannot be removed again', async () => {
  const app = await withApp()
  await put(app, `${LIST}/a.txt`)
  const removed = await app.fetch(`${LIST}/a.txt`, { method: 'DELETE' })
  expect(removed.status).toBe(204)
  expect((await app.fetch(`${LIST}/a.txt`)).status).toBe(404)
  expect((await app.fetch(`${LIST}/a.txt`, { method: 'DELETE' })).status).toBe(404)
})

test('a key of any characters is kept as it is', async () => {
  const app = await withApp()
  const keys = [
    "it's (a) *key*.txt",
    '100%25.txt',
    'Größe/日本語 🙂.txt',
    'a b.txt',
    'back\\slash',
    'q?x=1#y&z+;.txt',
  ]
  for (const key of keys) expect((await put(app, objectUrl('docs', key))).status).toBe(201)
  expect(keysOf(await listed(app)).toSorted()).toEqual(keys.toSorted())
  for (const key of keys) expect((await app.fetch(objectUrl('docs', key))).status).toBe(200)
})

test('what is no key is refused, and nothing is written', async () => {
  const app = await withApp()
  const encoded = ['%2E%2E/%2E%2E/secret', 'a/%2e%2e/%2e%2e/b', 'a%2F%2Fb', 'a%00b']
  for (const path of ['', 'a//b', 'a/', '../../../secret', ...encoded, 'x'.repeat(300)])
    expect(await raw(app, `PUT ${LIST}/${path} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 40[045] /)
  expect(await readdir(app.room.bucketsFolder).catch(() => [])).toEqual([])
})

test('a bucket or object that is not there is a problem of type 404', async () => {
  const app = await withApp()
  for (const path of [
    '/api/buckets/none/objects',
    '/api/buckets/none/objects/a',
    '/api/buckets/NO/objects/a',
  ]) {
    const response = await app.fetch(path)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await response.json()).toMatchObject({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'not_found',
    })
  }
})

test('the list goes on after a key, in the order of their bytes', async () => {
  const app = await withApp()
  for (const key of ['b', 'a/c', 'a', 'ä', 'B', 'a.txt'].filter((each) => each !== 'a'))
    await put(app, objectUrl('docs', key))
  const first = await listed(app, '?limit=2')
  expect(keysOf(first)).toEqual(['B', 'a.txt'])
  expect(first.next_after).toBe('a.txt')
  const rest = await listed(app, `?limit=3&after=${first.next_after}`)
  expect(keysOf(rest)).toEqual(['a/c', 'b', 'ä'])
  expect(rest).not.toHaveProperty('next_after')
  for (const query of ['?limit=0', '?limit=1001', '?limit=x', '?after=a&after=b'])
    expect((await app.fetch(LIST + query)).status).toBe(400)
})

test('keys of both kinds are taken, and without one there is nothing', async () => {
  const app = await withApp()
  await put(app, `${LIST}/a.txt`)
  const status = async (headers: Record<string, string>) => (await fetch(app.url + LIST, { headers })).status
  expect(await status({ authorization: `Bearer ${KEY}` })).toBe(200)
  expect(await status({ 'x-api-key': KEY })).toBe(200)
  expect(await status({ authorization: 'Bearer nobody' })).toBe(401)
  expect(await status({})).toBe(401)
})

test('an upload that breaks off leaves no object', async () => {
  const app = await withApp()
  await put(app, `${LIST}/whole.txt`)
  const socket = connect(app.port, '127.0.0.1')
  socket.write(
    `PUT ${LIST}/half.txt HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 1000\r\n\r\nhalf`,
  )
  await once(socket, 'connect')
  socket.end()
  socket.destroy()
  await vi.waitFor(() => expect(app.log.map(({ message }) => message)).toContain('a request was refused'))
  expect(keysOf(await listed(app))).toEqual(['whole.txt'])
})

test('an upload that is too large is 413 and leaves nothing', async () => {
  const app = await withApp(({ limits }) => ({ limits: { ...limits, uploadBytes: 8 } }))
  const refused = await put(app, `${LIST}/a.txt`)
  expect(refused.status).toBe(413)
  expect(await refused.json()).toMatchObject({ code: 'too_large', status: 413 })
  expect((await put(app, `${LIST}/b.txt`, '8 bytes.')).status).toBe(201)
  expect(keysOf(await listed(app))).toEqual(['b.txt'])
})

test('other methods are 405, unknown paths 404, both as problems', async () => {
  const app = await withApp()
  const post = await app.fetch(`${LIST}/a.txt`, { method: 'POST', body: 'x' })
  expect(post.status).toBe(405)
  expect(post.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE, OPTIONS')
  for (const path of ['/api/nothing', '/api/buckets/docs/objects/%zz']) {
    const response = await app.fetch(path)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  }
})

/** A request whose path goes over the wire as it is written. */
async function raw(app: TestApp, line: string): Promise<string> {
  const socket = connect(app.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (bytes) => (answer += String(bytes)))
  socket.write(`${line}\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx`)
  await once(socket, 'close')
  return answer
}
