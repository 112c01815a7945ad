import { expect, test } from 'vitest'
import { KEY, withApp, type TestApp } from '../../../test/support/withApp.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { insertFiles } from '../../store/bucketFiles.ts'
import * as answers from './answers.ts'

const PATH = '/v2/ai/embeddings'

const create = async (app: TestApp, fields: object = {}) =>
  (await (await app.post(PATH, { bucket_name: 'docs', ...fields })).json()) as { data: { task_id: string } }

const body = async (app: TestApp, path: string): Promise<unknown> => (await app.fetch(path)).json()

test('a task is queued, then processing while its files are, then has its end', async () => {
  const app = await withApp()
  await app.room.put('docs', 'a.txt', 'a text')
  const seen: unknown[] = []
  const created = answers.CreatedTask.parse(await create(app))
  const look = async () => {
    const { data } = answers.Task.parse(await body(app, `${PATH}/${created.data.task_id}`))
    seen.push([data.status, data.files_total, data.files_done, data.finished_at !== undefined])
  }
  await look()
  app.room.compute.beforeParagraph = look
  await app.room.drain()
  await look()
  expect(seen).toEqual([
    ['queued', 0, 0, false],
    ['processing', 1, 0, false],
    ['success', 1, 1, true],
  ])
  const list = answers.TaskList.parse(await body(app, `${PATH}?status=success`))
  expect(list.data.map(({ task_id: id }) => id)).toEqual([created.data.task_id])
})

test('what the caller asked for is what is worked with', async () => {
  const app = await withApp()
  await app.room.put('docs', 'a.txt', 'a text')
  await create(app, { document_chunk_size: 300, loader: 'intercom', embedding_model: 'tiny' })
  const [row] = await app.parts.store.read.selectFrom('task').selectAll().execute()
  expect(JSON.parse(row!.request_json)).toEqual({
    model: { id: 'tiny', revision: '1' },
    chunks: { sizeCharacters: 300, overlapCharacters: 150 },
    loader: 'intercom',
  })
})

test('a task whose model is gone is still shown', async () => {
  const app = await withApp(({ models }) => ({
    models: {
      ...models,
      facts: () => {
        throw new EmbedlineError('model_unknown', 'It is gone.')
      },
    },
  }))
  await app.room.put('docs', 'a.txt', 'a text')
  const { data } = await create(app)
  expect(await body(app, `${PATH}/${data.task_id}`)).toMatchObject({
    data: { status: 'queued', model: { id: 'tiny', revision: '1' } },
  })
})

test('a bucket of more files than a page of them has all of them in one list', async () => {
  const app = await withApp()
  await app.room.put('docs', 'a.txt', 'a text')
  await create(app)
  await app.room.drain()
  const { store, clock } = app.parts
  const [embedding] = await store.read.selectFrom('embedded_bucket').select('id').execute()
  const more = Array.from({ length: 620 }, (_, index) => `b${String(index).padStart(4, '0')}.txt`)
  const files = more.map((key) => ({ key, sizeBytes: 6, changeToken: '' }))
  await store.write((db) => insertFiles(db, embedding!.id, files, { taskId: '', nowMs: clock.nowMs() }))
  const { data } = answers.Files.parse(await body(app, `${PATH}/buckets/docs`))
  expect(data.map(({ filename }) => filename)).toEqual(['a.txt', ...more])
})

test('a server that has no room left says so, and that it may be tried again', async () => {
  const app = await withApp(({ buckets }) => ({
    buckets: {
      ...buckets,
      exists: () => Promise.reject(new EmbedlineError('disk_full', 'The disk is full.')),
    },
  }))
  await app.room.put('docs', 'a.txt', 'a text')
  const response = await app.post(PATH, { bucket_name: 'docs' })
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({
    errors: [{ code: '10007', title: 'Unexpected error', detail: 'The disk is full.' }],
  })
})

test('a mistake of the server is told without its words, which are in the log', async () => {
  const app = await withApp(({ buckets }) => ({
    buckets: { ...buckets, exists: () => Promise.reject(new Error('secret words')) },
  }))
  const response = await app.post(PATH, { bucket_name: 'docs' })
  expect(response.status).toBe(500)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ errors: [{ code: '10007' }] })
  expect(text).toContain(response.headers.get('x-request-id'))
  expect(text).not.toContain('secret words')
  expect(app.log.filter(({ level }) => level === 'error')).toHaveLength(1)
})

test('a body that is larger than any of this dialect is refused before it is read', async () => {
  const app = await withApp(({ limits }) => ({ limits: { ...limits, textBodyBytes: 30 } }))
  const response = await app.post(PATH, { bucket_name: 'docs', filler: 'x'.repeat(100) })
  expect(response.status).toBe(413)
})

test('no key is in the log', async () => {
  const app = await withApp()
  await fetch(`${app.url}${PATH}`, { headers: { authorization: `Bearer ${KEY}` } })
  await fetch(`${app.url}${PATH}`, { headers: { authorization: 'Bearer wrong-key' } })
  expect(JSON.stringify(app.log)).not.toMatch(/key-of-one|wrong-key/)
})
