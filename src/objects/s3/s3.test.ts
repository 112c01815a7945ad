import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { objectsContract } from '../../../test/contract/objects.ts'
import {
  s3Server,
  S3_CREDENTIALS,
  type Fault,
  type S3Server,
  type SeenS3Request,
} from '../../../test/support/s3Server.ts'
import type { Opened } from '../../lib/closing.ts'
import type { Objects } from '../objects.ts'
import { openBucket } from './bucket.ts'
import { openS3Objects, type S3Parts } from './openS3.ts'

let server: S3Server
let folder: string
let prefixCount = 0
const opened: Opened[] = []
const warnings: unknown[] = []

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value)
  server = await s3Server()
})
afterAll(async () => {
  await server.close()
  vi.unstubAllEnvs()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedline-s3-test-'))
  prefixCount++
  server.fault = () => undefined
  server.seen.length = 0
})
afterEach(async () => {
  for (const objects of opened.splice(0)) await objects.close()
  await rm(folder, { recursive: true, force: true })
  if (warnings.length > 0) throw new Error(`unexpected warnings: ${JSON.stringify(warnings.splice(0))}`)
})

const prefix = () => `test-${prefixCount}/`

/** Below a prefix of the test's own. */
async function open(options: Partial<S3Parts> = {}): Promise<Objects & Opened> {
  const objects = await openS3Objects({
    settings: { ...server.settings, prefix: prefix() },
    folder,
    cacheBytes: 1_000_000,
    clock: { nowMs: () => Date.now() },
    logger: { warn: (_message, fields) => void warnings.push(fields) },
    random: () => 0.5,
    pace: { firstPauseMs: 1, longestPauseMs: 5 },
    ...options,
  })
  opened.push(objects)
  return objects
}

objectsContract(open)

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Lets the first so many requests that fit go wrong. */
function failing(count: number, fault: Fault, fits: (request: SeenS3Request) => boolean = () => true): void {
  let left = count
  server.fault = (request) => (fits(request) && left-- > 0 ? fault : undefined)
}

const isGet = ({ method }: SeenS3Request) => method === 'GET'

/** Keeps bytes for account `a`, and forgets what was asked of the store for that. */
async function keep(objects: Objects, bytes: Uint8Array): Promise<string> {
  const upload = await objects.receive(1e9)
  await upload.write(bytes)
  const received = await upload.finish()
  await objects.keep('a', received)
  server.seen.length = 0
  return received.hash
}

const read = (objects: Objects, hash: string) =>
  objects.useFile({ accountId: 'a', hash }, undefined, (path) => readFile(path))

const never = new AbortController().signal

const keys = async () => (await server.keys()).filter((key) => key.startsWith(prefix()))

/** Another server, or this one on a machine without its folder. */
const elsewhere = async (options: Partial<S3Parts> = {}) =>
  open({ folder: await mkdtemp(join(folder, 'elsewhere-')), ...options })

const LARGE = randomBytes(1_000_000)

test('a large file is sent in parts, and large parts of an upload are copied in parts', async () => {
  const objects = await open({ sizes: { sendBytes: 300_000, copyBytes: 300_000 } })
  const hash = await keep(objects, LARGE)
  const part = await objects.openPart('upload-1', { number: 1, offset: 0, sizeBytes: LARGE.length })
  await part.write(LARGE)
  await part.finish()
  await part.close()
  expect(await objects.hashParts('upload-1', LARGE.length, never)).toBe(hash)
  await objects.keepParts('upload-1', 'b', hash)
  expect((await keys()).toSorted()).toEqual(
    ['a', 'b'].map((account) => `${prefix()}${account}/${hash.slice(0, 2)}/${hash}`),
  )
  for (const account of ['a', 'b'])
    expect((await buffer(await (await elsewhere()).open(account, hash))).equals(LARGE)).toBe(true)
})

test('equal bytes are sent once', async () => {
  const objects = await open()
  await keep(objects, Buffer.from('same'))
  await keep(await elsewhere(), Buffer.from('same'))
  await keep(objects, Buffer.from('same'))
  expect(await keys()).toHaveLength(1)
  expect(server.seen.filter(({ method }) => method === 'PUT')).toEqual([])
})

test('more objects than fit a page are listed all', async () => {
  const objects = await open({ pageSize: 2 })
  const hashes: string[] = []
  for (const each of ['1', '2', '3', '4', '5']) hashes.push(await keep(objects, Buffer.from(each)))
  const listed = await Array.fromAsync(objects.list())
  expect(listed.map(({ hash }) => hash).toSorted()).toEqual(hashes.toSorted())
  for (const { accountId, hash } of listed) await objects.remove(accountId, hash)
  expect(await keys()).toEqual([])
})

test('a removal that nobody stands for any more is not tried again', async () => {
  const objects = await open()
  const hash = await keep(objects, Buffer.from('bytes'))
  const held = new AbortController()
  server.fault = ({ method }) => {
    if (method !== 'DELETE') return undefined
    held.abort()
    return { status: 503, code: 'SlowDown' }
  }
  server.seen.length = 0
  await expect(objects.remove('a', hash, held.signal)).rejects.toThrow('was stopped')
  expect(server.seen.map(({ method }) => method)).toEqual(['DELETE'])
  server.fault = () => undefined
  expect(await objects.sizeOf('a', hash)).toBe(5)
})

const TROUBLE: readonly [string, Fault][] = [
  ['has too much to do', { status: 503, code: 'SlowDown' }],
  ['fails', { status: 500, code: 'InternalError' }],
  ['loses its answers', { loseAnswer: true }],
  ['is slow', { delayMs: 50 }],
]

test.for(TROUBLE)('what is asked of a store that %s is asked again', async ([, fault]) => {
  const objects = await open({ sizes: { sendBytes: 300_000, copyBytes: 300_000 } })
  // Every other request goes wrong.
  let count = 0
  server.fault = () => (count++ % 2 === 0 ? fault : undefined)
  const hash = await keep(objects, LARGE)
  const other = await elsewhere()
  expect((await read(other, hash)).equals(LARGE)).toBe(true)
  const part = await objects.openPart('upload-1', { number: 1, offset: 0, sizeBytes: 5 })
  await part.write(Buffer.from('bytes'))
  await part.finish()
  await part.close()
  expect(await other.unfinished()).toEqual(['upload-1'])
  const partsHash = await other.hashParts('upload-1', 5, never)
  await other.keepParts('upload-1', 'a', partsHash)
  expect(await text(await objects.open('a', partsHash))).toBe('bytes')
  for await (const { hash: each } of objects.list()) await objects.remove('a', each)
  // A begun upload whose id got lost is found by nobody but the janitor.
  expect((await keys()).filter((key) => !key.endsWith('in parts'))).toEqual([])
})

test.for([
  [403, 'AccessDenied', 'storage_refused'],
  [404, 'NoSuchBucket', 'storage_refused'],
  [500, 'InternalError', 'storage_down'],
  [503, 'SlowDown', 'storage_down'],
] as const)(
  'a store that goes on answering %s %s is storage_unavailable, and tells no secrets',
  async (row) => {
    const [status, code, reason] = row
    const objects = await open()
    const hash = await keep(objects, Buffer.from('bytes'))
    const other = await elsewhere()
    server.fault = () => ({ status, code })
    await expect(read(other, hash)).rejects.toMatchObject({ code: 'storage_unavailable' })
    const failure = await objects.open('a', hash).then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    expect(failure).toMatchObject({ code: 'storage_unavailable', reason, retryable: true })
    const told = JSON.stringify([failure!.message, failure!.stack, failure!.cause, String(failure!.cause)])
    expect(told).toContain(code)
    expect(told).not.toContain('S3RVER')
    const upload = await objects.receive(10)
    await upload.write(Buffer.from('other'))
    const received = await upload.finish()
    await expect(objects.keep('a', received)).rejects.toMatchObject({ code: 'storage_unavailable' })
    server.fault = () => undefined
    expect(await text(await objects.open('a', hash))).toBe('bytes')
  },
)

test('a reading that is cut goes on by range, for readers and for files', async () => {
  const objects = await open()
  const hash = await keep(objects, LARGE)
  failing(2, { cutAfterBytes: 300_000 }, isGet)
  const bytes = await buffer(await objects.open('a', hash, { first: 100, last: 899_999 }))
  expect(bytes.equals(LARGE.subarray(100, 900_000))).toBe(true)
  const ranges = server.seen.filter(isGet).map(({ headers }) => headers.range ?? '')
  expect(ranges[0]).toBe('bytes=100-899999')
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d{3,}-899999$/)
  expect(server.seen.findLast(isGet)?.headers['if-match']).toMatch(/"/)

  const other = await elsewhere()
  failing(2, { cutAfterBytes: 300_000 }, isGet)
  server.seen.length = 0
  expect((await read(other, hash)).equals(LARGE)).toBe(true)
  expect(server.seen.filter(isGet).map(({ headers }) => headers.range !== undefined)).toEqual([
    false,
    true,
    true,
  ])
})

test('a connection over which nothing comes any more is given up, before the answer and in it', async () => {
  const hash = await keep(await open(), LARGE)
  const objects = await elsewhere({ idleMs: 100 })
  failing(1, { delayMs: 60_000 }, isGet)
  expect((await buffer(await objects.open('a', hash))).equals(LARGE)).toBe(true)
  failing(1, { stopAfterBytes: 300_000 }, isGet)
  expect((await buffer(await objects.open('a', hash))).equals(LARGE)).toBe(true)
  expect(server.seen.findLast(isGet)?.headers.range).toMatch(/^bytes=[1-9]/)
})

test('what is another object after a cut is not put together with the first', async () => {
  const objects = await open()
  const hash = await keep(objects, LARGE)
  let count = 0
  server.fault = (request) => {
    if (!isGet(request)) return undefined
    return count++ === 0 ? { cutAfterBytes: 300_000 } : { etag: '"another"' }
  }
  const readAll = async () => buffer(await objects.open('a', hash))
  await expect(readAll()).rejects.toMatchObject({ code: 'storage_unavailable', reason: 'storage_changed' })
})

test('bytes that are not what was stored are fetched again, and never handed out', async () => {
  const hash = await keep(await open(), LARGE)
  const objects = await elsewhere()
  failing(1, { spoil: true }, isGet)
  expect((await read(objects, hash)).equals(LARGE)).toBe(true)

  const other = await elsewhere()
  server.fault = (request) => (isGet(request) ? { spoil: true } : undefined)
  await expect(read(other, hash)).rejects.toMatchObject({ code: 'storage_unavailable' })
  server.fault = () => undefined
  expect((await read(other, hash)).equals(LARGE)).toBe(true)
})

const SPOILT = { code: 'storage_unavailable', reason: 'storage_spoilt', retryable: true }

test('small bytes that come otherwise than they were stored are asked for again, and never handed out by a reader', async () => {
  const objects = await open()
  const hash = await keep(objects, LARGE)
  failing(1, { spoil: true }, isGet)
  expect((await buffer(await objects.open('a', hash))).equals(LARGE)).toBe(true)
  expect(server.seen.filter(isGet)).toHaveLength(2)

  server.fault = () => ({ spoil: true })
  const failure = await objects.open('a', hash).catch((thrown: unknown) => thrown)
  expect(failure).toMatchObject(SPOILT)
  expect((failure as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0)
})

test('a reader of many bytes that come otherwise than they were stored gets no end of them', async () => {
  const objects = await open()
  const content = randomBytes(5_000_000)
  const hash = await keep(objects, content)
  expect((await buffer(await objects.open('a', hash))).equals(content)).toBe(true)
  server.fault = () => ({ spoil: true })
  const bytes = await objects.open('a', hash)
  let readBytes = 0
  const readAll = async () => {
    for await (const chunk of bytes) readBytes += (chunk as Buffer).length
  }
  await expect(readAll()).rejects.toMatchObject(SPOILT)
  expect(readBytes).toBeGreaterThan(0)
  expect(readBytes).toBeLessThan(content.length)
})

test('a range is compared where its own hash is told', async () => {
  const objects = await open()
  const hash = await keep(objects, LARGE)
  const part = LARGE.subarray(100, 900_000)
  const range = { first: 100, last: 899_999, hash: sha256(part) }
  failing(1, { spoil: true }, isGet)
  expect((await buffer(await objects.open('a', hash, range))).equals(part)).toBe(true)
  server.fault = () => ({ spoil: true })
  await expect(objects.open('a', hash, range)).rejects.toMatchObject(SPOILT)
})

test('the parts of an upload that come back otherwise than they were sent are read again, and get no wrong name', async () => {
  const [one, other] = [await open(), await elsewhere()]
  const contents = [randomBytes(400_000), randomBytes(400_000), randomBytes(1_000)]
  for (const [at, content] of contents.entries()) {
    const part = await one.openPart('upload-1', {
      number: at + 1,
      offset: at * 400_000,
      sizeBytes: content.length,
    })
    await part.write(content)
    await part.finish()
    await part.close()
  }
  const sent = {
    partBytes: 400_000,
    md5s: contents.map((content) => createHash('md5').update(content).digest('hex')),
  }
  const whole = Buffer.concat(contents)
  const spoils = (request: SeenS3Request) => isGet(request) && request.path.includes('x-id=GetObject')
  server.fault = (request) => (spoils(request) ? { spoil: true } : undefined)
  await expect(other.hashParts('upload-1', whole.length, never, sent)).rejects.toMatchObject(SPOILT)
  failing(1, { spoil: true }, spoils)
  expect(await other.hashParts('upload-1', whole.length, never, sent)).toBe(sha256(whole))
})

test('a server that is told a wrong id of an upload in parts does not believe it', async () => {
  const [one, other] = [await open(), await elsewhere()]
  const send = async (objects: Objects, number: number, content: string) => {
    const part = await objects.openPart('upload-1', { number, offset: 4 * (number - 1), sizeBytes: 4 })
    await part.write(Buffer.from(content))
    try {
      await part.finish()
    } finally {
      await part.close()
    }
  }
  await send(one, 1, 'one,')
  server.fault = () => ({ spoil: true })
  await expect(send(other, 2, 'two.')).rejects.toMatchObject({ code: 'storage_unavailable' })
  await expect(other.hashParts('upload-1', 8, never)).rejects.toMatchObject({ code: 'storage_unavailable' })
  server.fault = () => undefined
  await send(other, 2, 'two.')
  expect(await one.hashParts('upload-1', 8, never)).toBe(sha256(Buffer.from('one,two.')))
})

test('lists that cannot be read are asked for again', async () => {
  const objects = await open()
  await keep(objects, Buffer.from('1'))
  failing(1, { spoil: true }, isGet)
  expect(await Array.fromAsync(objects.list())).toHaveLength(1)
})

test('a reader that is not read lets go of its connection', async () => {
  const objects = await open()
  const hash = await keep(objects, randomBytes(5_000_000))
  failing(1, { stopAfterBytes: 2_000_000 }, isGet)
  const bytes = await objects.open('a', hash)
  bytes.destroy()
  await expect.poll(() => server.openCount).toBe(0)
})

test('a store that refuses is refused at the start, one that is away is waited for', async () => {
  server.fault = () => ({ status: 403, code: 'InvalidAccessKeyId' })
  await expect(open()).rejects.toMatchObject({ code: 'storage_unavailable', reason: 'storage_refused' })
  server.fault = () => ({ status: 500, code: 'InternalError' })
  const objects = await open()
  expect(warnings.splice(0)).toHaveLength(1)
  server.fault = () => undefined
  const hash = await keep(objects, Buffer.from('bytes'))
  expect(await text(await objects.open('a', hash))).toBe('bytes')
})

test('two servers take parts of one file, and a third puts them together', async () => {
  const [one, two, three] = [await open(), await elsewhere(), await elsewhere()]
  const send = async (objects: Objects, number: number, content: string) => {
    const part = await objects.openPart('upload-1', { number, offset: 4 * (number - 1), sizeBytes: 4 })
    await part.write(Buffer.from(content))
    await part.finish()
    await part.close()
  }
  await Promise.all([send(one, 2, 'two,'), send(two, 1, 'one,'), send(three, 3, 'end.')])
  const hash = await three.hashParts('upload-1', 12, never)
  await one.keepParts('upload-1', 'a', hash)
  expect(await text(await two.open('a', hash))).toBe('one,two,end.')
  for (const objects of [one, two]) expect(await objects.unfinished()).toEqual([])
  await three.forget('upload-1')
  expect(await three.unfinished()).toEqual([])
  expect(await keys()).toHaveLength(1)
})

test('wherever a server dies while it puts an upload together, another one goes on, and nothing is lost or left', async () => {
  const content = Buffer.from('all of it')
  const together = async (objects: Objects) => {
    const hash = await objects.hashParts('upload-1', content.length, never)
    await objects.keepParts('upload-1', 'a', hash)
  }
  const hash = sha256(content)
  let steps = 0
  for (let isDone = false; !isDone; steps++) {
    const [one, other] = [await elsewhere(), await elsewhere()]
    const part = await one.openPart('upload-1', { number: 1, offset: 0, sizeBytes: content.length })
    await part.write(content)
    await part.finish()
    await part.close()
    let count = 0
    server.fault = () => (count++ < steps ? undefined : { status: 500, code: 'InternalError' })
    isDone = await together(one).then(
      () => true,
      () => false,
    )
    server.fault = () => undefined
    // As a worker that has noted the hash, or has not.
    if (!isDone && steps % 2 === 0) await together(other).catch(() => other.keepParts('upload-1', 'a', hash))
    else await other.keepParts('upload-1', 'a', hash)
    expect(await text(await other.open('a', hash))).toBe('all of it')
    expect(await keys()).toEqual([`${prefix()}a/${hash.slice(0, 2)}/${hash}`])
    await other.remove('a', hash)
  }
  expect(steps).toBeGreaterThan(8)
})

test('an upload that is given up, or that nobody knows after two days, leaves nothing in the store', async () => {
  let nowMs = Date.now()
  const objects = await open({ clock: { nowMs: () => nowMs } })
  for (const name of ['upload-given-up', 'upload-open']) {
    const part = await objects.openPart(name, { number: 1, offset: 0, sizeBytes: 4 })
    await part.write(Buffer.from('part'))
    await part.finish()
    await part.close()
  }
  await objects.forget('upload-given-up')
  // As of a server that was killed before it could say that it had begun one.
  const bucket = openBucket({
    settings: server.settings,
    pace: { attempts: 1, firstPauseMs: 1, longestPauseMs: 1, random: () => 0 },
  })
  opened.push(bucket)
  await bucket.beginParts(`${prefix()}assembled/upload-open`)
  await bucket.beginParts(`${prefix()}a/aa/${'a'.repeat(64)}`)
  const uploads = async () => (await keys()).filter((key) => key.endsWith('in parts'))
  await objects.removeAbandoned()
  expect(await uploads()).toHaveLength(3)
  nowMs += 3 * 24 * 3_600_000
  await objects.removeAbandoned()
  expect(await uploads()).toHaveLength(1)
  expect(await objects.hashParts('upload-open', 4, never)).toBe(sha256(Buffer.from('part')))
  await objects.forget('upload-open')
  expect(await keys()).toEqual([])
})
