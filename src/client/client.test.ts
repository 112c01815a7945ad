import { readFileSync } from 'node:fs'
import { expect, expectTypeOf, test } from 'vitest'
import { CLIENT_OPERATIONS, clientOperations } from '../../scripts/clientOperations.ts'
import { scriptedServer } from '../../test/support/scriptedServer.ts'
import { REQUEST } from '../../test/support/taskRoom.ts'
import { KEY, withApp, type TestApp } from '../../test/support/withApp.ts'
import { createMediaTask } from '../tasks/create.ts'
import { ApiError, embedline, type Client, type ClientOptions, type Task } from './client.ts'

const clientOf = ({ url }: { url: string }, options: Partial<ClientOptions> = {}): Client =>
  embedline({ url: `${url}/`, key: KEY, ...options })

async function start({ parts, room }: TestApp, content = 'a video'): Promise<string> {
  const source = { received: await room.received(content), filename: 'a.mp4' }
  return (await createMediaTask(parts, room.account, { modelName: 'tiny', request: REQUEST, source })).id
}

async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of rows) found.push(row)
  return found
}

test('the types of the client are those of the description (npm run docs)', async () => {
  const path = new URL(`../../${CLIENT_OPERATIONS}`, import.meta.url)
  expect(await clientOperations()).toBe(readFileSync(path, 'utf8'))
})

test('a call takes and answers what the description says', async () => {
  const client = clientOf(await withApp())
  const answer = await client.call('twelvelabsEmbed', {
    body: { input_type: 'text', model_name: 'marengo3.0', text: { input_text: 'a storm at sea' } },
  })
  expectTypeOf(answer.data).toBeArray()
  expect(answer.data[0]?.embedding.length).toBeGreaterThan(0)
  expect(await client.call('telnyxListBuckets')).toMatchObject({ data: { buckets: [] } })
  // @ts-expect-error there is no such operation
  const unknown = client.call('noSuchOperation')
  await expect(unknown).rejects.toBeInstanceOf(Error)
  const incomplete = client.call('getTask', {
    // @ts-expect-error it wants an id
    path: {},
  })
  await expect(incomplete).rejects.toThrow(ApiError)
})

test('a refusal is an ApiError with its code, in the words of every door', async () => {
  const app = await withApp()
  const client = clientOf(app)
  const refused = async (work: Promise<unknown>): Promise<ApiError> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    return error as ApiError
  }
  const missing = await refused(client.tasks.get('no-such-task'))
  expect(missing).toMatchObject({ status: 404, code: 'not_found', requestId: expect.any(String) as string })
  expect(missing.message).toMatch(/no-such-task|no task/i)
  expect(await refused(all(client.tasks.list({ limit: 0 })))).toMatchObject({
    code: 'request_invalid',
    field: 'limit',
  })
  const twelvelabs = await refused(client.call('twelvelabsRetrieveAsset', { path: { id: 'x' } }))
  expect(twelvelabs).toMatchObject({ status: 404, code: 'resource_not_exist' })
  const telnyx = await refused(client.call('telnyxRetrieveTask', { path: { task_id: 'x' } }))
  expect(telnyx.status).toBe(404)
  expect(telnyx.code).not.toBe('unknown')
  expect(await refused(clientOf(app, { key: 'wrong' }).tasks.get('x'))).toMatchObject({
    code: 'unauthorized',
  })
})

test('a refusal says when it may be asked again, and an answer that is no JSON is told too', async () => {
  const busy = await scriptedServer(() => ({ status: 429, json: { code: 'rate_limited' }, retryAfterSec: 7 }))
  await expect(clientOf(busy).tasks.get('x')).rejects.toMatchObject({ status: 429, retryAfterSec: 7 })
  const bare = await scriptedServer(() => ({ status: 502 }))
  await expect(clientOf(bare).tasks.get('x')).rejects.toMatchObject({
    code: 'unknown',
    message: '502 Bad Gateway',
  })
})

test('waiting ends with the task, and hears of it meanwhile', async () => {
  const app = await withApp()
  const id = await start(app)
  const seen: Task['state'][] = []
  const waiting = clientOf(app).tasks.wait(id, { onTask: ({ state }) => seen.push(state) })
  await app.room.drain()
  expect(await waiting).toMatchObject({ id, kind: 'media', state: 'ready' })
  expect(seen.at(-1)).toBe('ready')
})

test('waiting and watching end by a signal', async () => {
  const app = await withApp()
  const id = await start(app)
  const client = clientOf(app)
  const abort = new AbortController()
  const waiting = client.tasks.wait(id, {
    signal: abort.signal,
    onTask: () => abort.abort(new Error('enough')),
  })
  await expect(waiting).rejects.toThrow('enough')
  const watched = new AbortController()
  const watching = async () => {
    for await (const { kind } of client.tasks.events(id, { signal: watched.signal }))
      if (kind === 'created') watched.abort(new Error('seen'))
  }
  await expect(watching()).rejects.toThrow('seen')
})

test('the events of a task come once each, in order, until it has ended', async () => {
  const app = await withApp()
  const id = await start(app)
  const watching = all(clientOf(app).tasks.events(id))
  await app.room.drain()
  const events = (await watching).filter(({ kind }) => kind !== 'progress')
  expect(events.map(({ kind }) => kind)).toEqual(['created', 'processing', 'ended'])
  expect(events.every(({ task_id }) => task_id === id)).toBe(true)
  expect(events.at(-1)).toMatchObject({ state: 'ready', id: 3 })
  expect((await all(clientOf(app).tasks.events(id, { after: 2 }))).map(({ kind }) => kind)).toContain('ended')
})

test('a connection that breaks is made again, and goes on after the last event', async () => {
  const app = await withApp()
  const id = await start(app)
  await app.room.drain()
  const resumed: (string | null)[] = []
  const pieces = ['id: 1\nevent: created\ndata: {"task_id":"x"}\n\nid: 2\nevent: processing\nda']
  const breaking: typeof fetch = async (input, init) => {
    resumed.push(new Headers(init?.headers).get('last-event-id'))
    if (resumed.length > 1) return fetch(input, init)
    const body = new ReadableStream({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.error(new Error('the line is cut'))
        else controller.enqueue(new TextEncoder().encode(piece))
      },
    })
    return new Response(body)
  }
  const events = await all(clientOf(app, { fetch: breaking }).tasks.events(id))
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'progress')
  expect(kinds).toEqual(['created', 'processing', 'ended'])
  expect(resumed.slice(0, 2)).toEqual([null, '1'])
})

test('a connection to the events of the account that breaks before the first of them misses none', async () => {
  const app = await withApp()
  await start(app)
  let connections = 0
  let missed = ''
  const breaking: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    if (connections++ > 0) return answer
    const { value } = await answer.body!.getReader().read()
    // It happens while nobody listens.
    missed = await start(app)
    return new Response(value)
  }
  const watched = clientOf(app, { fetch: breaking }).events()
  expect((await watched.next()).value).toMatchObject({ kind: 'created', task_id: missed })
  await watched.return()
})

test('lists are read page after page', async () => {
  const app = await withApp()
  const client = clientOf(app)
  const ids = [await start(app, 'one'), await start(app, 'two'), await start(app, 'three')]
  expect((await all(client.tasks.list({ limit: 2 }))).map(({ id }) => id)).toEqual(ids.toReversed())
  await app.room.drain()
  const [id = ''] = ids
  expect((await all(client.tasks.items(id, { limit: 1 }))).length).toBeGreaterThan(1)
})

test('objects are put, listed, read and removed, whatever characters their keys have', async () => {
  const client = clientOf(await withApp())
  const key = 'a folder/ü?#.txt'
  await client.buckets.put('docs', key, 'hello')
  expect(await client.buckets.list()).toEqual(['docs'])
  expect((await all(client.buckets.objects('docs'))).map((object) => object.key)).toEqual([key])
  expect(await (await client.buckets.get('docs', key)).text()).toBe('hello')
  await client.buckets.remove('docs', key)
  expect(await all(client.buckets.objects('docs'))).toEqual([])
})

test('a form is sent with its file', async () => {
  const client = clientOf(await withApp())
  const asset = await client.call('twelvelabsCreateAsset', {
    body: { method: 'direct', file: new File(['a video'], 'a.mp4'), user_metadata: '{"season":2}' },
  })
  expect(asset).toMatchObject({ filename: 'a.mp4' })
})

test('tasks are cancelled, retried, run again and deleted', async () => {
  const app = await withApp()
  const { tasks } = clientOf(app)
  const id = await start(app)
  expect((await tasks.cancel(id)).state).toBe('cancelled')
  expect((await tasks.retry(id)).state).toMatch(/queued|processing/)
  await app.room.drain()
  const again = await tasks.rerun(id)
  expect(again.id).not.toBe(id)
  await tasks.delete(id)
  await expect(tasks.get(id)).rejects.toMatchObject({ code: 'not_found' })
})
