import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { KEY, withApp, type TestApp } from '../../../test/support/withApp.ts'
import type { StoredEmbedding } from '../../domain/embedding.ts'
import { EmbedlineError } from '../../domain/errors.ts'

const TASKS = '/v1.3/embed-v2/tasks'

async function readyTask(app: TestApp): Promise<string> {
  const base64 = Buffer.from('a video').toString('base64')
  const body = { input_type: 'video', video: { media_source: { base64_string: base64 } } }
  const { _id } = (await (await app.post(TASKS, body)).json()) as { _id: string }
  await app.room.drain()
  return _id
}

/** As long and as hard to compress as real ones. */
const VECTORS = Array.from({ length: 64 }, () =>
  Buffer.from(JSON.stringify(Array.from(new Float32Array(randomBytes(512)), (each) => each / 2550))),
)

const page = (index: number): StoredEmbedding[] =>
  VECTORS.map((vectorJson) => ({
    modality: 'visual',
    scope: 'clip',
    position: index * 1000,
    dimension: 128,
    space: 'tiny',
    startSec: index,
    endSec: index + 1,
    vectorJson,
  }))

test('a large result comes as one JSON of all pages, and others are served meanwhile', async () => {
  let served = 0
  let pages = 0
  const app = await withApp(({ results }) => ({
    results: {
      ...results,
      async *embeddings() {
        for (; pages < 100; pages++) yield page(pages)
      },
    },
  }))
  const id = await readyTask(app)
  const answer = app
    .fetch(`${TASKS}/${id}`)
    .then((response) => response.json() as Promise<{ data: object[] }>)
  while (pages < 100) {
    await app.fetch('/healthz')
    served++
  }
  expect(served).toBeGreaterThan(5)
  const { data } = await answer
  expect(data).toHaveLength(6400)
  expect(data.at(-1)).toMatchObject({ start_sec: 99, embedding_option: 'visual' })
})

/** Asks as raw bytes do, without the help of `fetch`. */
async function ask(app: TestApp, path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const asking = request(app.url + path, { headers: { 'x-api-key': KEY, ...headers } }).end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  return response
}

test('a result is compressed for who asks for it, and says the same', async () => {
  const app = await withApp(({ results }) => ({
    results: {
      ...results,
      async *embeddings() {
        for (let index = 0; index < 20; index++) yield page(index)
      },
    },
  }))
  const path = `${TASKS}/${await readyTask(app)}`
  const plain = await ask(app, path, {})
  expect(plain.headers).toMatchObject({ vary: 'accept-encoding' })
  expect(plain.headers['content-encoding']).toBeUndefined()
  const text = await buffer(plain)
  const packed = await ask(app, path, { 'accept-encoding': 'gzip, deflate' })
  expect(packed.headers).toMatchObject({ vary: 'accept-encoding', 'content-encoding': 'gzip' })
  const bytes = await buffer(packed)
  expect(bytes.length).toBeLessThan(text.length)
  expect(gunzipSync(bytes).equals(text)).toBe(true)
  const refused = await ask(app, path, { 'accept-encoding': 'gzip;q=0, identity' })
  expect((await buffer(refused)).equals(text)).toBe(true)
})

test.for(['gzip', 'identity'])(
  'a slow client of %s holds the reading back, and one that goes away ends it',
  async (coding) => {
    let pages = 0
    const ended = Promise.withResolvers<void>()
    const app = await withApp(({ results }) => ({
      results: {
        ...results,
        async *embeddings() {
          try {
            for (;;) yield page(pages++)
          } finally {
            ended.resolve()
          }
        },
      },
    }))
    const id = await readyTask(app)
    const socket = connect(app.port, '127.0.0.1')
    socket.write(
      `GET ${TASKS}/${id} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\naccept-encoding: ${coding}\r\n\r\n`,
    )
    await once(socket, 'readable')
    // What the kernel takes for a client that does not read is some megabytes; a page has some hundred kilobytes.
    let before = -1
    while (pages !== before) {
      before = pages
      for (let turns = 0; turns < 20; turns++) await app.fetch('/healthz')
    }
    expect(pages).toBeLessThan(200)
    socket.destroy()
    await ended.promise
    expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
  },
)

test('a client that stops reading loses its connection, and the rest is not read for it', async () => {
  const ended = Promise.withResolvers<void>()
  const app = await withApp(
    ({ results }) => ({
      results: {
        ...results,
        async *embeddings() {
          try {
            for (let index = 0; ; index++) yield page(index)
          } finally {
            ended.resolve()
          }
        },
      },
    }),
    { idleMs: 500 },
  )
  const id = await readyTask(app)
  const socket = connect(app.port, '127.0.0.1')
  socket.write(`GET ${TASKS}/${id} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`)
  await ended.promise
  socket.destroy()
})

/** A result whose reading fails after its first page. */
const withBrokenResult = (failure: Error = new Error('the disk is gone')) =>
  withApp(({ results }) => ({
    results: {
      ...results,
      async *embeddings() {
        yield page(0)
        throw failure
      },
    },
  }))

test('a reading that fails breaks the connection off, and is in the log', async () => {
  const app = await withBrokenResult()
  const id = await readyTask(app)
  const response = await ask(app, `${TASKS}/${id}`, {})
  expect(response.statusCode).toBe(200)
  await expect(buffer(response)).rejects.toThrow('aborted')
  expect(app.log.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'a result broke off', fields: { taskId: id } },
  ])
})

test('a reading that breaks off because the database is away is a warning, as it comes back by itself', async () => {
  const app = await withBrokenResult(new EmbedlineError('storage_unavailable', 'it cannot be reached'))
  const id = await readyTask(app)
  await expect(buffer(await ask(app, `${TASKS}/${id}`, {}))).rejects.toThrow('aborted')
  expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
  expect(app.log.filter(({ level }) => level === 'warn')).toMatchObject([
    { message: 'a result broke off', fields: { taskId: id } },
  ])
})

test('a reading that fails before any compressed byte is sent is an answer of its own', async () => {
  const app = await withBrokenResult()
  const response = await app.fetch(`${TASKS}/${await readyTask(app)}`)
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({ code: 'internal_server_error' })
  expect(app.log.filter(({ level }) => level === 'error')).toMatchObject([{ message: 'a request met a bug' }])
})
