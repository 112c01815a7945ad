import { expect, test } from 'vitest'
import { embedBucket, fillHandbook } from '../../../../test/support/handbook.ts'
import { REQUEST } from '../../../../test/support/taskRoom.ts'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { insertParts } from '../../../store/embeddings.ts'
import { createMediaTask } from '../../../tasks/create.ts'
import { workOn } from '../../../tasks/work.ts'

interface Answer {
  state: string
  embeddings: Record<string, unknown>[]
  next_after?: string
}

async function startTask({ room }: TestApp): Promise<string> {
  const order = { modelName: 'tiny', request: REQUEST, source: { received: await room.received('a film') } }
  // The key of the requests is of this account.
  return (await createMediaTask(room.parts, room.account, order)).id
}

async function readyTask(app: TestApp): Promise<string> {
  const id = await startTask(app)
  await app.room.drain()
  return id
}

const get = async (app: TestApp, id: string, query = ''): Promise<Answer> => {
  const response = await app.fetch(`/api/tasks/${id}/embeddings${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

const lines = async (app: TestApp, id: string, query = '') => {
  const response = await app.fetch(`/api/tasks/${id}/embeddings${query}`, {
    headers: { accept: 'application/x-ndjson' },
  })
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const text = await response.text()
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('a result is told with its vectors, or with selected fields and without them', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  const { embeddings, ...head } = await get(app, id)
  expect(head).toEqual({ task_id: id, state: 'ready', model: { id: 'tiny', revision: '1' } })
  expect(embeddings).toHaveLength(52)
  expect(embeddings[2]).toEqual({
    id: 'clip-6000-visual',
    option: 'visual',
    scope: 'clip',
    start_sec: 6,
    end_sec: 12,
    space: 'tiny',
    dimension: 4,
    embedding: [1, 0, 0, 0],
  })
  const some = await get(app, id, '?fields=option,start_sec&limit=2')
  expect(some.embeddings).toEqual([
    { option: 'visual', start_sec: 0 },
    { option: 'audio', start_sec: 0 },
  ])
  expect((await get(app, id, '?fields=embedding&limit=1')).embeddings).toEqual([{ embedding: [1, 0, 0, 0] }])
})

test('pages follow each other by the id of the last embedding, and leave none out', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  const ids: unknown[] = []
  let after = ''
  for (let pages = 1; ; pages++) {
    const page = await get(app, id, `?limit=20&fields=id${after}`)
    ids.push(...page.embeddings.map((each) => each['id']))
    if (page.next_after === undefined) {
      expect(pages).toBe(3)
      break
    }
    after = `&after=${page.next_after}`
  }
  expect(ids).toEqual((await get(app, id)).embeddings.map((each) => each['id']))
  expect((await get(app, id, '?limit=52')).next_after).toBeUndefined()
})

test('option, scope and time leave out the others', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  const count = async (query: string) => (await get(app, id, query)).embeddings.length
  expect(await count('?option=audio')).toBe(26)
  expect(await count('?option=audio,visual&scope=asset')).toBe(2)
  expect(await count('?start_sec=147')).toBe(4)
  expect(await count('?start_sec=5&end_sec=7&scope=clip')).toBe(4)
  expect(await count('?scope=page')).toBe(0)
})

test('NDJSON has a line for each embedding, all of them unless a limit is said', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  expect(await lines(app, id)).toEqual((await get(app, id)).embeddings)
  expect(await lines(app, id, '?limit=3&after=clip-6000-visual&fields=id')).toEqual([
    { id: 'clip-6000-audio' },
    { id: 'clip-12000-visual' },
    { id: 'clip-12000-audio' },
  ])
  expect(await lines(app, id, '?scope=page')).toEqual([])
})

test('numbers come as base64 of little-endian float32 too', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  const base64 = Buffer.from(Float32Array.of(1, 0, 0, 0).buffer).toString('base64')
  const query = '?encoding_format=base64&limit=1'
  expect((await get(app, id, query)).embeddings[0]).toMatchObject({ embedding: base64, dimension: 4 })
  expect(await lines(app, id, `${query}&fields=embedding`)).toEqual([{ embedding: base64 }])
})

test('of a task that still runs what is finished is told', async () => {
  const app = await withApp()
  const id = await startTask(app)
  expect(await get(app, id)).toMatchObject({ state: 'queued', embeddings: [] })
  for (let items = 0; items < 2; items++)
    await workOn(app.parts, (await app.room.claim())!, new AbortController().signal)
  expect(await get(app, id)).toMatchObject({ state: 'processing', embeddings: { length: 20 } })
})

test('pages and chunks of documents say where they stand', async () => {
  const app = await withApp()
  const id = await startTask(app)
  const part = { modality: 'visual' as const, space: 'tiny', vector: Float32Array.of(1), weight: 1 }
  const uncertainty = Float32Array.of(0.5)
  await app.parts.store.write((db) =>
    insertParts(db, id, [
      { ...part, place: { scope: 'page', page: 2, quadrant: 'top_left' }, uncertainty },
      { ...part, modality: 'text', place: { scope: 'chunk', chunk: 4 } },
    ]),
  )
  expect((await get(app, id)).embeddings).toMatchObject([
    { scope: 'page', page: 2, quadrant: 'top_left', embedding: [1], uncertainty: [0.5] },
    { scope: 'chunk', chunk: 4, option: 'text' },
  ])
})

test('the task of a bucket has its chunks with their text and place', async () => {
  const app = await withApp()
  await fillHandbook(app.room)
  const { id } = (await embedBucket(app.room))!
  const { embeddings, model } = (await get(app, id)) as Answer & { model: object }
  expect(model).toEqual({ id: 'tiny', revision: '1' })
  expect(embeddings.map(({ key, chunk, text }) => [key, chunk, text])).toEqual([
    ['a.txt', 0, 'aaa'],
    ['a.txt', 1, 'aab'],
    ['c.txt', 0, 'ccc'],
    ['folder/b.txt', 0, 'bbb'],
    ['folder/b.txt', 1, 'bbc'],
  ])
  expect(embeddings[0]).toMatchObject({
    option: 'text',
    scope: 'chunk',
    place: { row: 1 },
    space: 'tiny',
    dimension: 4,
    embedding: [1, 0, 0, 0],
  })
  const first = await get(app, id, '?limit=3&fields=id,text')
  expect(first.embeddings.map(({ text }) => text)).toEqual(['aaa', 'aab', 'ccc'])
  const rest = await lines(app, id, `?after=${first.next_after}&fields=text`)
  expect(rest).toEqual([{ text: 'bbb' }, { text: 'bbc' }])
  expect(await lines(app, id, '?option=visual')).toEqual([])
})

test('what is not there is 404, and what is asked for wrongly is named', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  const refusal = async (path: string, init?: RequestInit) => {
    const response = await app.fetch(`/api/tasks/${path}`, init)
    return [response.status, ((await response.json()) as { field?: string }).field]
  }
  expect(await refusal('nothing/embeddings')).toEqual([404, undefined])
  const other = { headers: { 'x-api-key': 'key-of-two' } }
  expect(await refusal(`${id}/embeddings`, other)).toEqual([404, undefined])
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=1000000000', 'limit'],
    ['limit=-1', 'limit'],
    ['after=nonsense', 'after'],
    ['after=clip-1-nothing', 'after'],
    ['fields=vector', 'fields'],
    ['fields=', 'fields'],
    ['option=smell', 'option'],
    ['encoding_format=int8', 'encoding_format'],
    ['start_sec=x', 'start_sec'],
    ['bogus=1', 'bogus'],
  ])
    expect([query, ...(await refusal(`${id}/embeddings?${query}`))]).toEqual([query, 400, field])
})

test('a result is compressed for who asks for it', async () => {
  const app = await withApp()
  const id = await readyTask(app)
  const path = `/api/tasks/${id}/embeddings`
  const response = await app.fetch(path, { headers: { 'accept-encoding': 'gzip' } })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(response.headers.get('vary')).toBe('accept, accept-encoding')
  expect(((await response.json()) as Answer).embeddings).toHaveLength(52)
})
