import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Readiness } from '../domain/compute.ts'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { KEY, withApp } from '../../test/support/withApp.ts'
import { EmbedlineError } from '../domain/errors.ts'

test('every answer carries a request id: a sane one of the caller, else one of ours', async () => {
  const app = await withApp()
  const idOf = async (path: string, given?: string) =>
    (await app.fetch(path, given === undefined ? {} : { headers: { 'x-request-id': given } })).headers.get(
      'x-request-id',
    )
  expect(await idOf('/healthz', 'trace-1.2:3_x')).toBe('trace-1.2:3_x')
  for (const path of ['/healthz', '/nothing', '/v1.3/nothing', '/v1.3/assets?page=0', '/%zz', '/v1.3/%zz'])
    expect(await idOf(path)).toMatch(/^[0-9a-f-]{36}$/)
  expect(await idOf('/healthz', 'two words')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await idOf('/healthz', 'x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/)
  expect(app.log.at(-1)).toMatchObject({ message: 'request', fields: { route: '/healthz', status: 200 } })
})

test.for(['', 'no-such-key', 'key-of-one2'])(
  'with the key %j nothing of the dialect is to be had',
  async (key) => {
    const app = await withApp()
    const paths = [
      'GET /embed-v2/tasks',
      'POST /embed-v2/tasks',
      'POST /embed-v2',
      'POST /assets',
      'GET /assets/x',
      'DELETE /assets/x',
    ]
    for (const line of paths) {
      const [method = '', path = ''] = line.split(' ')
      const response = await app.fetch(`/v1.3${path}`, { method, headers: { 'x-api-key': key } })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({
        code: 'api_key_invalid',
        error: { code: 'api_key_invalid' },
      })
    }
  },
)

test('no key is in the log', async () => {
  const app = await withApp()
  await app.fetch(`/v1.3/embed-v2/tasks?key=${KEY}`)
  await app.fetch('/v1.3/assets', { headers: { 'x-api-key': 'wrong-key' } })
  expect(JSON.stringify(app.log)).not.toMatch(/key-of-one|wrong-key/)
})

test('an unknown path is 404 in the words of its dialect', async () => {
  const app = await withApp()
  const dialect = await app.fetch('/v1.3/indexes')
  expect(dialect.status).toBe(404)
  expect(await dialect.json()).toMatchObject({
    code: 'resource_not_exist',
    error: { code: 'resource_not_exist' },
  })
  const elsewhere = await app.fetch('/favicon.ico')
  expect(elsewhere.status).toBe(404)
  expect(await elsewhere.json()).toMatchObject({ code: 'not_found' })
})

test('a slash at the end of a path of the TwelveLabs contract changes nothing', async () => {
  const app = await withApp()
  expect((await app.fetch('/v1.3/embed-v2/tasks/')).status).toBe(200)
  expect((await app.post('/v1.3/embed-v2/', { input_type: 'text', text: { input_text: 'x' } })).status).toBe(
    200,
  )
  expect((await app.fetch('/v1.3/assets/x/')).status).toBe(404)
  expect((await app.fetch('/v1.3/assets/?page_limit=1')).status).toBe(200)
})

test('every answer of the dialect says its version, also that to a path which cannot be decoded', async () => {
  const app = await withApp()
  for (const path of ['/assets', '/nothing', '/assets/x', '/%zz', '/assets/%ff', '/embed-v2']) {
    const { headers } = await app.fetch(`/v1.3${path}`)
    expect(headers.get('x-api-version')).toBe('1.3')
    expect(headers.get('access-control-allow-origin')).toBe('*')
  }
})

test('a method that a path does not have is 405 and told which it has', async () => {
  const app = await withApp()
  const response = await app.fetch('/v1.3/embed-v2/tasks/x', { method: 'DELETE' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  expect((await app.fetch('/v1.3/embed-v2', { method: 'HEAD' })).status).toBe(405)
})

test('a browser may ask from another origin, with the headers of the official client', async () => {
  const app = await withApp()
  const preflight = await fetch(`${app.url}/v1.3/assets`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-api-key,x-fern-language,x-fern-sdk-name',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, OPTIONS')
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-fern-language')
  const answer = await app.fetch('/v1.3/assets')
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(answer.headers.get('access-control-expose-headers')).toContain('x-embedline-model')
  expect((await app.fetch('/')).headers.get('access-control-allow-origin')).toBeNull()
})

test('what is not even HTTP is answered by 400', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (bytes) => (answer += String(bytes)))
  socket.write('no http at all\r\n\r\n')
  await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/)
})

test('one connection serves one request after the other, also after a refusal with a body', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  let answers = ''
  socket.on('data', (bytes) => (answers += String(bytes)))
  const body = `{"input_type":"text","text":{"input_text":"${'x'.repeat(200_000)}"},"a":1}`
  const request = (head: string, text = '') =>
    `${head} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: ${text.length}\r\n\r\n${text}`
  socket.write(request('POST /v1.3/embed-v2', body))
  socket.write(request('POST /v1.3/embed-v2/nothing', body))
  socket.write(request('GET /healthz').replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))
  await once(socket, 'close')
  expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    '400',
    '404',
    '200',
  ])
})

test('the page names version and model, the place of the key and how to call, and loads nothing', async () => {
  const app = await withApp()
  const response = await fetch(app.url)
  const html = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  for (const word of [
    '1.2.3',
    'tiny@1',
    `URL=${app.url}/v1.3`,
    `${app.url}/v2/ai/embeddings`,
    '/openapi.json',
  ])
    expect(html).toContain(word)
  expect(html).not.toContain(KEY)
  expect(html).not.toMatch(/<script|src=|@import|url\(|(?:href|action)="(?!data:|\/)/)
})

test('behind a proxy the page names the address that its visitor used, and no cache may keep it', async () => {
  const app = await withApp()
  const response = await fetch(app.url, {
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'embed.example.org' },
  })
  expect(await response.text()).toContain('https://embed.example.org/v1.3')
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('health and readiness need no key', async () => {
  const app = await withApp()
  expect(await (await fetch(`${app.url}/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${app.url}/readyz`)).json()).toEqual({ status: 'ready', version: '1.2.3' })
})

test('until the model is loaded, and when it cannot be, the server is not ready and says why', async () => {
  const states: Readiness[] = [
    { state: 'loading', fraction: 0.25 },
    { state: 'failed', message: 'The files of tiny are not here.' },
  ]
  const app = await withApp(undefined, { readiness: () => states.shift() ?? { state: 'ready' } })
  const loading = await fetch(`${app.url}/readyz`)
  expect(loading.status).toBe(503)
  expect(loading.headers.get('retry-after')).toBe('2')
  expect(await loading.json()).toEqual({ status: 'loading', version: '1.2.3', fraction: 0.25 })
  expect(await (await fetch(`${app.url}/readyz`)).json()).toMatchObject({
    status: 'failed',
    message: 'The files of tiny are not here.',
  })
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200)
})

test('closing ends idle connections at once, and answers under way when their time is over', async () => {
  const clock = fakeClock()
  const begun = Promise.withResolvers<void>()
  const app = await withApp(({ compute }) => ({
    clock,
    compute: {
      ...compute,
      embedTexts: () => {
        begun.resolve()
        return new Promise<never>(() => {})
      },
    },
  }))
  const idle = connect(app.port, '127.0.0.1')
  idle.write(`GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(idle, 'data')
  const answer = app.post('/v1.3/embed-v2', { input_type: 'text', text: { input_text: 'x' } })
  await begun.promise
  const closed = app.close()
  await once(idle, 'close')
  clock.advance(5_000)
  await expect(answer).rejects.toThrow('fetch failed')
  await closed
})

test('a request whose beginning came before closing began is answered like any other', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (bytes) => (answer += String(bytes)))
  socket.write('POST /v1.3/assets HTTP/1.1\r\nhost: x\r\n')
  // The server has seen the beginning once it answers what was sent later.
  const idle = connect(app.port, '127.0.0.1')
  idle.write(`GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(idle, 'data')
  const closed = app.close()
  await once(idle, 'close')
  socket.write(`x-api-key: ${KEY}\r\ncontent-length: 0\r\n\r\n`)
  await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('connection: close')
  await closed
})

test('an answer under way when closing begins is still given', async () => {
  const begun = Promise.withResolvers<void>()
  const embedded = Promise.withResolvers<Float32Array[]>()
  const app = await withApp(({ compute }) => ({
    compute: {
      ...compute,
      embedTexts: () => {
        begun.resolve()
        return embedded.promise
      },
    },
  }))
  const idle = connect(app.port, '127.0.0.1')
  idle.write(`GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(idle, 'data')
  const answer = app.post('/v1.3/embed-v2', { input_type: 'text', text: { input_text: 'x' } })
  await begun.promise
  const closed = app.close()
  await once(idle, 'close')
  embedded.resolve([Float32Array.of(1, 0, 0, 0)])
  expect((await answer).status).toBe(200)
  expect((await answer).headers.get('connection')).toBe('close')
  await closed
})

test('a storage that does not work is told to the operator in full, and to callers without paths', async () => {
  const failure = new EmbedlineError('storage_unavailable', 'the database /secret/embedline.db is damaged')
  const app = await withApp(({ objects }) => ({
    objects: { ...objects, keep: () => Promise.reject(failure) },
  }))
  const body = new FormData()
  body.set('method', 'direct')
  body.set('file', new Blob(['x']), 'a.mp4')
  const response = await app.fetch('/v1.3/assets', { method: 'POST', body })
  expect(await response.text()).not.toContain('secret')
  expect(app.log.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { error: { message: expect.stringContaining('/secret/embedline.db') } } },
  ])
})

test('a request at each door is measured and traced by the name of its contract', async () => {
  const measured: string[] = []
  const traced: string[] = []
  const app = await withApp(({ meters }) => ({
    meters: {
      ...meters,
      observe(name, labels, value) {
        if ('dialect' in labels) measured.push(String(labels.dialect))
        meters.observe(name, labels, value)
      },
    },
    tracer: {
      current: () => undefined,
      span: (_name, _options, work) => work(),
      record: () => {},
      reserve: () => `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
      request(_traceparent, next) {
        next()
        return { end: (name) => void traced.push(name) }
      },
    },
  }))
  for (const path of ['/v1.3/assets', '/v2/ai/embeddings', '/v1/models', '/api/tasks', '/healthz'])
    await app.fetch(path)
  await app.close()
  expect(measured).toEqual(['twelvelabs', 'telnyx', 'openai', 'native', 'site'])
  expect(traced).toEqual(['GET /v1.3/assets', 'GET /v2/ai/embeddings', 'GET /v1/models', 'GET /api/tasks'])
})
