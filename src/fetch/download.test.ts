import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fetcherTo, webServer } from '../../test/support/webServer.ts'
import type { DownloadOptions, Sink } from './download.ts'
import type { FileVersion } from './fileVersion.ts'

const FILE = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 251))
const OTHER = Buffer.from(Array.from({ length: 900 }, (_, at) => at % 13))
const OPTIONS: DownloadOptions = { limitBytes: 10_000, totalMs: 10_000 }

/** Keeps what comes in memory. */
function memory(before: Uint8Array = Buffer.alloc(0)): Sink & { bytes: Buffer } {
  return {
    bytes: Buffer.from(before),
    get sizeBytes() {
      return this.bytes.length
    },
    async write(chunk) {
      this.bytes = Buffer.concat([this.bytes, chunk])
    },
    async restart() {
      this.bytes = Buffer.alloc(0)
    },
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse, connection: number) => void

/** Downloads from a server that answers so, the first time and later. */
async function downloadFrom(
  answer: Answer,
  { before, ...options }: Partial<DownloadOptions> & { before?: Uint8Array } = {},
) {
  let connections = 0
  const server = await webServer((request, response) => answer(request, response, ++connections))
  const { fetcher } = fetcherTo(server)
  const sink = memory(before)
  const versions: FileVersion[] = []
  const result = await fetcher
    .download('http://example.com/file.bin', sink, {
      ...OPTIONS,
      ...options,
      onVersion: (version) => versions.push(version),
    })
    .catch((failure: unknown) => failure)
  return {
    result,
    bytes: sink.bytes,
    ranges: server.seen.map(({ headers }) => headers.range),
    server,
    versions,
  }
}

/** Sends the first bytes and then breaks the connection. */
function breakOff(
  response: ServerResponse,
  bytes: Uint8Array,
  headers: Record<string, string | number>,
): void {
  response.writeHead(200, { 'content-length': FILE.length, ...headers })
  response.write(bytes, () => response.destroy())
}

/** Serves a file as a good server does. */
function serve(request: IncomingMessage, response: ServerResponse, file: Buffer, etag: string): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const isPart = request.headers.range !== undefined && request.headers['if-range'] === etag
  const part = isPart ? file.subarray(from) : file
  response.writeHead(isPart ? 206 : 200, {
    etag,
    'content-length': part.length,
    ...(isPart && { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }),
  })
  response.end(part)
}

test('a whole file arrives, and its version is told', async () => {
  const { result, bytes, ranges, versions } = await downloadFrom((request, response) =>
    serve(request, response, FILE, '"1"'),
  )
  expect(result).toBeUndefined()
  expect(bytes).toEqual(FILE)
  expect(ranges).toEqual([undefined])
  expect(versions).toEqual([{ validator: '"1"', totalBytes: 1_000 }])
})

test('after a drop it goes on by range', async () => {
  const { result, bytes, ranges } = await downloadFrom((request, response, connection) => {
    if (connection === 1) breakOff(response, FILE.subarray(0, 400), { etag: '"1"' })
    else serve(request, response, FILE, '"1"')
  })
  expect(result).toBeUndefined()
  expect(bytes).toEqual(FILE)
  expect(ranges).toEqual([undefined, 'bytes=400-'])
})

test('it goes on by range from bytes of an earlier time', async () => {
  const { bytes, ranges, server } = await downloadFrom(
    (request, response) => serve(request, response, FILE, '"1"'),
    { before: FILE.subarray(0, 700), version: { validator: '"1"', totalBytes: 1_000 } },
  )
  expect(bytes).toEqual(FILE)
  expect(ranges).toEqual(['bytes=700-'])
  expect(server.seen[0]?.headers['if-range']).toBe('"1"')
})

test('a file that was whole already is not asked for again', async () => {
  const { result, ranges } = await downloadFrom(() => {}, {
    before: FILE,
    version: { validator: '"1"', totalBytes: 1_000 },
  })
  expect([result, ranges]).toEqual([undefined, []])
})

test('a file that changed meanwhile starts over', async () => {
  const { result, bytes, versions } = await downloadFrom((request, response, connection) => {
    if (connection === 1) breakOff(response, FILE.subarray(0, 400), { etag: '"1"' })
    else serve(request, response, OTHER, '"2"')
  })
  expect(result).toBeUndefined()
  expect(bytes).toEqual(OTHER)
  expect(versions.map(({ validator }) => validator)).toEqual(['"1"', '"2"'])
})

test.each([
  ['another place', { 'content-range': 'bytes 300-999/1000' }],
  ['another length', { 'content-range': 'bytes 400-999/1001' }],
  ['another version', { 'content-range': 'bytes 400-999/1000', etag: '"2"' }],
  ['no place at all', {}],
])('a range of %s is not taken, and the file starts over', async (_what, headers) => {
  const { result, bytes, ranges } = await downloadFrom((request, response, connection) => {
    if (connection === 1) breakOff(response, FILE.subarray(0, 400), { etag: '"1"' })
    else if (request.headers.range) response.writeHead(206, headers).end(FILE.subarray(300))
    else serve(request, response, FILE, '"1"')
  })
  expect(result).toBeUndefined()
  expect(bytes).toEqual(FILE)
  expect(ranges).toEqual([undefined, 'bytes=400-', undefined])
})

test('a range that cannot be had starts over', async () => {
  const { bytes } = await downloadFrom(
    (request, response) => {
      if (request.headers.range) response.writeHead(416, { 'content-range': 'bytes */900' }).end()
      else serve(request, response, OTHER, '"2"')
    },
    { before: FILE, version: { validator: '"1"' } },
  )
  expect(bytes).toEqual(OTHER)
})

test('without a strong validator nothing is asked for by range', async () => {
  const { bytes, ranges } = await downloadFrom((_request, response, connection) => {
    if (connection === 1) breakOff(response, FILE.subarray(0, 400), { etag: 'W/"1"' })
    else response.end(FILE)
  })
  expect(bytes).toEqual(FILE)
  expect(ranges).toEqual([undefined, undefined])
})

test('a time of change is a validator when it is old enough', async () => {
  const changed = 'Wed, 21 Oct 2015 07:28:00 GMT'
  const headers = { 'last-modified': changed, date: 'Thu, 22 Oct 2015 07:28:00 GMT' }
  const { versions } = await downloadFrom((_request, response) => response.writeHead(200, headers).end('x'))
  expect(versions[0]?.validator).toBe(changed)
  const fresh = await downloadFrom((_request, response) =>
    response.writeHead(200, { ...headers, date: changed }).end('x'),
  )
  expect(fresh.versions[0]?.validator).toBeUndefined()
})

test('a server that breaks off without sending anything is left for later', async () => {
  const { result, ranges } = await downloadFrom((_request, response) => response.destroy())
  expect(result).toMatchObject({ code: 'fetch_failed', reason: 'broken_off' })
  expect(ranges).toEqual([undefined])
})

test('less than was announced is a drop, and a part that was not asked for is no file', async () => {
  const short = await downloadFrom((_request, response) => {
    response.writeHead(200, { 'content-length': 1_000, connection: 'close' })
    response.write('')
    response.socket?.end()
  })
  expect(short.result).toMatchObject({ code: 'fetch_failed', reason: 'broken_off' })
  const part = await downloadFrom((_request, response) =>
    response.writeHead(206, { 'content-range': 'bytes 0-9/1000' }).end(FILE.subarray(0, 10)),
  )
  expect(part.result).toMatchObject({ code: 'fetch_failed', reason: 'bad_answer' })
})

test('what is too large is not taken, announced, unannounced or over several connections', async () => {
  const limitBytes = 600
  const announced = await downloadFrom((_request, response) => response.end(FILE), { limitBytes })
  const endless = await downloadFrom(
    (_request, response) => {
      for (let at = 0; at < 10; at++) response.write(FILE)
    },
    { limitBytes },
  )
  const inParts = await downloadFrom(
    (request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
      const headers = { etag: '"1"', ...(from > 0 && { 'content-range': `bytes ${from}-9999/*` }) }
      response.writeHead(from > 0 ? 206 : 200, headers)
      response.write(FILE.subarray(0, 250), () => response.destroy())
    },
    { limitBytes },
  )
  for (const { result } of [announced, endless, inParts])
    expect(result).toMatchObject({ code: 'fetch_too_large', reason: 'too_large' })
  expect(announced.bytes).toHaveLength(0)
  for (const { bytes } of [endless, inParts]) expect(bytes.length).toBeLessThanOrEqual(limitBytes)
})

test('packed content that nobody asked for is refused', async () => {
  const { result } = await downloadFrom((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(FILE)),
  )
  expect(result).toMatchObject({ code: 'fetch_refused', reason: 'encoded' })
})

test.each([
  [404, 'fetch_not_found', 'not_found'],
  [410, 'fetch_not_found', 'not_found'],
  [401, 'fetch_refused', 'http_status'],
  [403, 'fetch_refused', 'http_status'],
  [400, 'fetch_refused', 'http_status'],
  [304, 'fetch_refused', 'http_status'],
  [408, 'fetch_failed', 'server_error'],
  [500, 'fetch_failed', 'server_error'],
])('status %i is %s', async (status, code, reason) => {
  const { result } = await downloadFrom((_request, response) => response.writeHead(status).end('no'))
  expect(result).toMatchObject({ code, reason, message: `example.com answered ${status}.` })
})

test('a server that says when to come again is heard', async () => {
  const answered = async (status: number, after: string) =>
    (await downloadFrom((_request, response) => response.writeHead(status, { 'retry-after': after }).end()))
      .result
  expect(await answered(429, '120')).toMatchObject({ reason: 'rate_limited', retryAfterMs: 120_000 })
  expect(await answered(503, 'Wed, 21 Oct 2015 07:28:00 GMT')).toMatchObject({ retryAfterMs: 0 })
  expect(await answered(503, 'soon')).toMatchObject({ reason: 'server_error', retryAfterMs: undefined })
})
