import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { KEY, withApp, type TestApp } from '../../../test/support/withApp.ts'
import type { EncodedEmbedding } from '../../domain/embedding.ts'

const TASKS = '/v1.3/embed-v2/tasks'

async function readyTask(app: TestApp): Promise<string> {
  const base64 = Buffer.from('a video').toString('base64')
  const body = { input_type: 'video', video: { media_source: { base64_string: base64 } } }
  const { _id } = (await (await app.post(TASKS, body)).json()) as { _id: string }
  await app.room.drain()
  return _id
}

const VECTOR = Buffer.from(`[${Array.from({ length: 512 }, () => '0.03125').join(',')}]`)

const page = (index: number): EncodedEmbedding[] =>
  Array.from({ length: 64 }, () => ({
    modality: 'visual',
    scope: 'clip',
    space: 'tiny',
    startSec: index,
    endSec: index + 1,
    vectorJson: VECTOR,
  }))

test('a large result comes as one JSON of all pages, and others are served meanwhile', async () => {
  let served = 0
  let pages = 0
  const app = await withApp(() => ({
    results: {
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

test('a slow client holds the reading back, and one that goes away ends it', async () => {
  let pages = 0
  const ended = Promise.withResolvers<void>()
  const app = await withApp(() => ({
    results: {
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
  socket.write(`GET ${TASKS}/${id} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`)
  await once(socket, 'readable')
  // What the kernel takes for a client that does not read is some megabytes; a page has a quarter of one.
  let before = -1
  while (pages !== before) {
    before = pages
    for (let turns = 0; turns < 20; turns++) await app.fetch('/healthz')
  }
  expect(pages).toBeLessThan(200)
  socket.destroy()
  await ended.promise
})

test('a reading that fails breaks the connection off, and is in the log', async () => {
  const app = await withApp(() => ({
    results: {
      async *embeddings() {
        yield page(0)
        throw new Error('the disk is gone')
      },
    },
  }))
  const id = await readyTask(app)
  const response = await app.fetch(`${TASKS}/${id}`)
  await expect(response.text()).rejects.toThrow('terminated')
  expect(app.log.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'a result broke off', fields: { taskId: id } },
  ])
})
