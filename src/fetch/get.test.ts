import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { gzipSync } from 'node:zlib'
import { fakeClock } from '../../test/support/fakeClock.ts'
import { fetcherTo, PUBLIC, webServer } from '../../test/support/webServer.ts'
import { systemClock } from '../lib/clock.ts'
import { NOTHING_ALLOWED, parseAllowList } from './allowList.ts'
import { openFetcher } from './fetcher.ts'
import type { GetOptions } from './get.ts'

const OPTIONS: GetOptions = { limitBytes: 1_000, totalMs: 10_000 }

const page = (text: string) => webServer((_request, response) => response.end(text))

test('a name is resolved once, dialled as checked, and named to the server', async () => {
  const server = await page('hello')
  const { fetcher, dialled, resolved } = fetcherTo(server)
  const answer = await fetcher.get('http://Example.com:8123/a?b=c#d', OPTIONS)
  expect((await buffer(answer.body)).toString()).toBe('hello')
  expect(answer).toMatchObject({ status: 200, headers: { 'content-length': '5' } })
  expect(resolved).toEqual(['example.com'])
  expect(dialled).toMatchObject([{ addresses: [{ address: PUBLIC, family: 4 }], port: 8123 }])
  expect(server.seen[0]).toMatchObject({
    url: '/a?b=c',
    headers: {
      host: 'example.com:8123',
      'accept-encoding': 'identity',
      'user-agent': 'Embedline/test',
    },
  })
})

test('proxies of the environment are not used: they would resolve names themselves', async () => {
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1')
  vi.stubEnv('NODE_USE_ENV_PROXY', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { fetcher, dialled } = fetcherTo(await page('hello'))
  expect((await fetcher.get('http://example.com/', OPTIONS)).status).toBe(200)
  expect(dialled).toMatchObject([{ addresses: [{ address: PUBLIC }], port: 80 }])
})

test('a name whose answer changes is checked again for each connection', async () => {
  const server = await webServer((_request, response) =>
    response.writeHead(302, { location: 'http://rebind.example/2', connection: 'close' }).end(),
  )
  const answers = [PUBLIC, '127.0.0.1']
  const { fetcher, dialled } = fetcherTo({
    ...server,
    resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
  })
  await expect(fetcher.get('http://rebind.example/1', OPTIONS)).rejects.toMatchObject({
    code: 'fetch_refused',
    reason: 'private_address',
  })
  expect(dialled).toHaveLength(1)
})

test('one inner address among public ones refuses them all', async () => {
  const { fetcher, dialled } = fetcherTo({
    port: 1,
    resolve: async () => [
      { address: PUBLIC, family: 4 },
      { address: '::ffff:10.0.0.1', family: 6 },
    ],
  })
  await expect(fetcher.get('http://split.example/', OPTIONS)).rejects.toMatchObject({
    reason: 'private_address',
    message: expect.not.stringContaining('10.0.0.1') as string,
  })
  expect(dialled).toEqual([])
})

test.each([
  ['http://127.0.0.1/', 'private_address'],
  ['http://0x7f.1/', 'private_address'],
  ['http://2130706433/', 'private_address'],
  ['http://127.0.0.1./', 'private_address'],
  ['http://①②⑦.0.0.1/', 'private_address'],
  ['http://[::ffff:127.0.0.1]/', 'private_address'],
  ['http://[fd00:ec2::254]/', 'private_address'],
  ['http://169.254.169.254/latest/meta-data/', 'private_address'],
  ['http://user:secret@example.com/', 'userinfo'],
  ['http://user@example.com/', 'userinfo'],
  ['ftp://example.com/', 'bad_scheme'],
  ['file:///etc/passwd', 'bad_scheme'],
  ['data:text/plain,hello', 'bad_scheme'],
  ['example.com/file.mp4', 'bad_url'],
  ['http://', 'bad_url'],
  [`http://example.com/${'a'.repeat(9_000)}`, 'bad_url'],
  [`http://${'a'.repeat(254)}/`, 'bad_url'],
])('%s is refused and nothing is dialled', async (url, reason) => {
  const { fetcher, dialled, resolved } = fetcherTo({ port: 1 })
  const refusal = { code: 'fetch_refused', reason }
  await expect(fetcher.get(url, OPTIONS)).rejects.toMatchObject(refusal)
  await expect(fetcher.check(url)).rejects.toMatchObject(refusal)
  expect([dialled, resolved]).toEqual([[], []])
})

test('what the operator opened is dialled: a network, or a host and port', async () => {
  const server = await page('inside')
  const byNetwork = fetcherTo({ ...server, allow: parseAllowList('10.0.0.0/8') })
  const byPlace = fetcherTo({
    ...server,
    allow: parseAllowList('minio:9000'),
    resolve: async () => [{ address: '172.18.0.3', family: 4 }],
  })
  expect((await byNetwork.fetcher.get('http://10.1.2.3/', OPTIONS)).status).toBe(200)
  expect((await byPlace.fetcher.get('http://minio:9000/', OPTIONS)).status).toBe(200)
  await expect(byPlace.fetcher.get('http://minio:9001/', OPTIONS)).rejects.toMatchObject({
    reason: 'private_address',
  })
})

const redirects = (to: (path: string) => string) =>
  webServer((request, response) => response.writeHead(302, { location: to(request.url ?? '') }).end('moved'))

test('a redirect to an inner address, another scheme or with a password is refused before it is dialled', async () => {
  const server = await redirects((path) => decodeURIComponent(path.slice(1)))
  const { fetcher, dialled } = fetcherTo(server)
  const through = (target: string) => fetcher.get(`http://example.com/${encodeURIComponent(target)}`, OPTIONS)
  await expect(through('http://192.168.0.1/')).rejects.toMatchObject({ reason: 'private_address' })
  await expect(through('//[::1]/')).rejects.toMatchObject({ reason: 'private_address' })
  await expect(through('file:///etc/passwd')).rejects.toMatchObject({ reason: 'bad_scheme' })
  await expect(through('http://a:b@example.com/')).rejects.toMatchObject({ reason: 'userinfo' })
  await expect(through('http://')).rejects.toMatchObject({ reason: 'bad_url' })
  expect(dialled.every(({ addresses }) => addresses[0]?.address === PUBLIC)).toBe(true)
})

test('five redirects are followed and six are not', async () => {
  const server = await webServer((request, response) => {
    const left = Number(request.url?.slice(1))
    if (left === 0) response.end('there')
    else response.writeHead(307, { location: `/${left - 1}` }).end()
  })
  const { fetcher } = fetcherTo(server)
  const answer = await fetcher.get('http://example.com/5', OPTIONS)
  expect([answer.url.href, (await buffer(answer.body)).toString()]).toEqual(['http://example.com/0', 'there'])
  await expect(fetcher.get('http://example.com/6', OPTIONS)).rejects.toMatchObject({
    reason: 'too_many_redirects',
  })
})

test('whoever fetches can forbid a redirect', async () => {
  const server = await redirects(() => 'http://elsewhere.example/')
  const { fetcher, resolved } = fetcherTo(server)
  const mayFollow = (to: URL, from: URL) => to.host === from.host
  await expect(fetcher.get('http://example.com/', { ...OPTIONS, mayFollow })).rejects.toMatchObject({
    reason: 'redirect_forbidden',
  })
  expect(resolved).toEqual(['example.com'])
})

test('any other status is an answer, a redirect to nowhere too', async () => {
  const server = await webServer((request, response) =>
    response.writeHead(Number(request.url?.slice(1))).end(),
  )
  const { fetcher } = fetcherTo(server)
  for (const status of [204, 302, 304, 404, 503])
    expect((await fetcher.get(`http://example.com/${status}`, OPTIONS)).status).toBe(status)
})

test('a body past the limit breaks off, announced or not, and packed bytes stay packed', async () => {
  const zeros = gzipSync(Buffer.alloc(1_000_000))
  const server = await webServer((request, response) => {
    if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(zeros)
    else if (request.url === '/announced') response.end(Buffer.alloc(2_000))
    else void endless()

    async function endless() {
      while (response.writable) if (!response.write(Buffer.alloc(500))) await systemClock.sleep(0)
    }
  })
  const { fetcher } = fetcherTo(server)
  const read = async (path: string, limitBytes = 1_000) =>
    buffer((await fetcher.get(`http://example.com${path}`, { ...OPTIONS, limitBytes })).body)
  await expect(read('/announced')).rejects.toMatchObject({ code: 'fetch_too_large' })
  await expect(read('/endless')).rejects.toMatchObject({ code: 'fetch_too_large' })
  expect(await read('/bomb', 10_000)).toEqual(zeros)
})

test('a server that trickles runs into the time for the whole', async () => {
  const server = await webServer((_request, response) => {
    const trickle = setInterval(() => response.write('.'), 5)
    response.on('close', () => clearInterval(trickle))
  })
  const clock = fakeClock()
  const { fetcher } = fetcherTo({ ...server, clock })
  const { body } = await fetcher.get('http://example.com/', { ...OPTIONS, limitBytes: 1e9, totalMs: 60_000 })
  let pieces = 0
  const reading = (async () => {
    for await (const _ of body) if (++pieces === 5) clock.advance(60_000)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'fetch_failed', reason: 'timeout' })
})

test('a server that goes silent runs into the time for a pause', async () => {
  const server = await webServer((request, response) => {
    if (request.url === '/body') response.write('then nothing')
  })
  const { fetcher } = fetcherTo(server)
  const options = { ...OPTIONS, idleMs: 50 }
  await expect(fetcher.get('http://example.com/headers', options)).rejects.toMatchObject({
    reason: 'timeout',
  })
  const { body } = await fetcher.get('http://example.com/body', options)
  await expect(buffer(body)).rejects.toMatchObject({ code: 'fetch_failed', reason: 'timeout' })
})

test('a name that takes too long to look up, has no address, or cannot be looked up now', async () => {
  const clock = fakeClock()
  const asked = Promise.withResolvers<void>()
  const slow = fetcherTo({
    port: 1,
    clock,
    resolve: () => {
      asked.resolve()
      return new Promise(() => {})
    },
  })
  const getting = slow.fetcher.get('http://slow.example/', OPTIONS)
  await asked.promise
  clock.advance(3_000)
  await expect(getting).rejects.toMatchObject({ code: 'fetch_failed', reason: 'timeout' })

  const failing = (code: string) =>
    fetcherTo({ port: 1, resolve: async () => Promise.reject(Object.assign(new Error(code), { code })) })
      .fetcher
  const get = (code: string) => failing(code).get('http://name.example/', OPTIONS)
  await expect(get('ENOTFOUND')).rejects.toMatchObject({ code: 'fetch_failed', reason: 'unknown_name' })
  await expect(get('EAI_AGAIN')).rejects.toMatchObject({ reason: 'name_lookup_failed' })
  await expect(failing('ENOTFOUND').check('http://name.example/')).rejects.toMatchObject({
    reason: 'unknown_name',
  })
  await failing('EAI_AGAIN').check('http://name.example/')
})

test('an abort ends it at once, also while it is connecting', async () => {
  const aborting = new AbortController()
  const { fetcher } = fetcherTo({
    port: 1,
    resolve: () => {
      aborting.abort()
      return new Promise(() => {})
    },
  })
  await expect(
    fetcher.get('http://example.com/', { ...OPTIONS, signal: aborting.signal }),
  ).rejects.toMatchObject({ code: 'aborted' })
})

test('a refused connection and bytes that are no HTTP are told apart', async () => {
  const closed = await page('')
  const real = openFetcher({ clock: systemClock, userAgent: 'test', allow: parseAllowList('127.0.0.1') })
  const odd = await webServer((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'))
  await expect(fetcherTo(odd).fetcher.get('http://example.com/', OPTIONS)).rejects.toMatchObject({
    code: 'fetch_failed',
    reason: 'bad_answer',
  })
  // Nothing listens on port 1 of loopback.
  await expect(real.get('http://127.0.0.1:1/', OPTIONS)).rejects.toMatchObject({
    reason: 'connection_refused',
  })
  await expect(real.check('http://127.0.0.1:1/')).rejects.toMatchObject({ reason: 'connection_refused' })
  await real.check(closed.url)
  expect(closed.seen).toEqual([])
  await real.close()
})

test('by default the addresses of this machine are closed', async () => {
  const server = await page('secret')
  const fetcher = openFetcher({ clock: systemClock, userAgent: 'test', allow: NOTHING_ALLOWED })
  const { port } = server
  for (const host of ['127.0.0.1', 'localhost', '[::1]'])
    await expect(fetcher.get(`http://${host}:${port}/`, OPTIONS)).rejects.toMatchObject({
      code: 'fetch_refused',
    })
  expect(server.seen).toEqual([])
  await fetcher.close()
})
