import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../../test/support/fakeClock.ts'
import { openFrames, type OpenedFrames } from '../../../../test/support/eventFrames.ts'
import { REQUEST } from '../../../../test/support/taskRoom.ts'
import { KEY, OPERATOR_KEY, withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { addTaskEvent } from '../../../store/taskEvents.ts'
import { createMediaTask } from '../../../tasks/create.ts'

const start = async ({ parts, room }: TestApp) =>
  (
    await createMediaTask(parts, room.account, {
      modelName: 'tiny',
      request: REQUEST,
      source: { received: await room.received('a video') },
    })
  ).id

const open = (app: TestApp, path: string, headers: Record<string, string> = {}): Promise<OpenedFrames> =>
  openFrames((init) => app.fetch(path, init), headers)

const kindsOf = (frames: readonly { event?: string }[]) => frames.map(({ event }) => event)

test('the stream of a task tells its whole life as numbered events, and ends with it', async () => {
  const app = await withApp()
  const id = await start(app)
  const stream = await open(app, `/api/tasks/${id}/events`)
  expect(stream.response.status).toBe(200)
  expect(Object.fromEntries(stream.response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': expect.any(String) as string,
  })
  expect(await stream.next()).toEqual({ retry: '2000' })
  expect(await stream.next()).toEqual({
    event: 'progress',
    data: expect.objectContaining({ task_id: id, fraction: 0, items_total: null }) as object,
  })
  expect(await stream.next()).toEqual({
    id: '1',
    event: 'created',
    data: { id: 1, task_id: id, kind: 'created', created_at: '2030-01-01T00:00:00.000Z' },
  })
  await app.room.drain()
  const rest = (await stream.rest()).filter(({ event }) => event !== 'progress')
  expect(kindsOf(rest)).toEqual(['processing', 'ended'])
  expect(rest.at(-1)).toMatchObject({ id: '3', data: { task_id: id, kind: 'ended', state: 'ready' } })
})

test('a task that fails says why', async () => {
  const app = await withApp()
  app.room.compute.facts = { ...app.room.compute.facts, durationSec: 100_000 }
  const id = await start(app)
  await app.room.drain()
  const frames = await (await open(app, `/api/tasks/${id}/events`)).rest()
  expect(frames.at(-1)).toMatchObject({
    event: 'ended',
    data: { state: 'failed', error: { code: 'media_too_long', message: expect.any(String) as string } },
  })
})

test('Last-Event-ID goes on after that event; when nothing can follow the answer is 204, which ends the coming back', async () => {
  const app = await withApp()
  const id = await start(app)
  await app.room.drain()
  const after = async (last: string) => open(app, `/api/tasks/${id}/events`, { 'last-event-id': last })
  expect(kindsOf(await (await after('1')).rest())).toEqual([undefined, 'progress', 'processing', 'ended'])
  expect((await after('3')).response.status).toBe(204)
  expect((await after('99')).response.status).toBe(204)
})

test('the stream of an account goes from task to task, and from now on unless an id is given', async () => {
  const app = await withApp()
  const first = await start(app)
  const stream = await open(app, '/api/events')
  expect(await stream.next()).toEqual({ retry: '2000', id: '1' })
  const second = await start(app)
  expect(await stream.next()).toMatchObject({ id: '2', event: 'created', data: { task_id: second } })
  const all = await open(app, '/api/events', { 'last-event-id': '0' })
  await all.next()
  expect(await all.next()).toMatchObject({ id: '1', data: { task_id: first } })
  expect(await all.next()).toMatchObject({ id: '2', data: { task_id: second } })
})

test('nobody hears of the tasks of another account', async () => {
  const app = await withApp()
  const id = await start(app)
  const other = { 'x-api-key': 'key-of-two' }
  expect((await app.fetch(`/api/tasks/${id}/events`, { headers: other })).status).toBe(404)
  expect((await fetch(`${app.url}/api/events`)).status).toBe(401)
  const stream = await open(app, '/api/events', { ...other, 'last-event-id': '0' })
  await stream.next()
  await app.room.drain()
  const [own] = [app.room.otherAccount.id]
  await app.parts.store.write((db) =>
    addTaskEvent(db, { accountId: own, taskId: 'own', kind: 'created', details: {}, nowMs: 0 }),
  )
  expect(await stream.next()).toMatchObject({ data: { task_id: 'own' } })
})

test.for(['x', '-1', '1.5', ''])('a Last-Event-ID of %j is refused by name', async (last) => {
  const app = await withApp()
  const answer = await app.fetch('/api/events', { headers: { 'last-event-id': last } })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'request_invalid', field: 'last-event-id' })
})

test('HEAD has the headers and no stream', async () => {
  const app = await withApp()
  const answer = await app.fetch('/api/events', { method: 'HEAD' })
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
})

test('every five seconds there is a comment, and then the key is looked at again', async () => {
  const clock = fakeClock()
  const app = await withApp(() => ({ clock }))
  const stream = await open(app, '/api/events', { 'x-api-key': OPERATOR_KEY })
  await stream.next()
  clock.advance(5_000)
  expect(await stream.next({ comments: true })).toEqual({ comment: '' })
  await app.parts.store.write((db) => db.deleteFrom('api_key').execute())
  clock.advance(5_000)
  expect(await stream.rest()).toEqual([])
})

test('a task that is removed ends its stream', async () => {
  const clock = fakeClock()
  const app = await withApp(() => ({ clock }))
  const id = await start(app)
  const stream = await open(app, `/api/tasks/${id}/events`)
  await stream.next()
  await app.parts.store.write(async (db) => {
    await db.deleteFrom('item').execute()
    await db.deleteFrom('task').execute()
  })
  clock.advance(5_000)
  await stream.rest()
})

test('a server that closes ends its streams at once', async () => {
  const app = await withApp()
  const streams = [await open(app, '/api/events'), await open(app, `/api/tasks/${await start(app)}/events`)]
  const ends = streams.map((stream) => stream.rest())
  await app.close()
  await Promise.all(ends)
})

test('a client that does not read costs no more memory for it, and hears all when it reads again', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  socket.write(`GET /api/events HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\nlast-event-id: 0\r\n\r\n`)
  await new Promise((begun) => socket.once('readable', begun))
  const message = 'x'.repeat(100_000)
  const write = (count: number) =>
    app.parts.store.write(async (db) => {
      for (let at = 0; at < count; at++)
        await addTaskEvent(db, {
          accountId: app.room.account.id,
          taskId: 'long',
          kind: 'ended',
          details: { state: 'failed', code: 'internal', message },
          nowMs: 0,
        })
    })
  // More than the buffers of two sockets hold.
  for (let round = 0; round < 10; round++) await write(20)
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => void (text += chunk))
  await expect.poll(() => text.includes('id: 200\n'), { timeout: 20_000 }).toBe(true)
  socket.destroy()
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  expect(ids).toEqual(Array.from({ length: 200 }, (_, at) => at + 1))
})

test('wait answers when the task has ended', async () => {
  const app = await withApp()
  const id = await start(app)
  const waiting = app.fetch(`/api/tasks/${id}?wait=60`)
  await app.room.drain()
  expect(await (await waiting).json()).toMatchObject({ id, state: 'ready', progress: { fraction: 1 } })
  expect(await (await app.fetch(`/api/tasks/${id}?wait=60`)).json()).toMatchObject({ state: 'ready' })
})

test('wait answers with the task as it is when the time is over, and when the server closes', async () => {
  let isWaiting = () => {}
  const app = await withApp(({ watchHub }) => ({
    watchHub: {
      ...watchHub,
      subscribe(watched) {
        isWaiting()
        return watchHub.subscribe(watched)
      },
    },
  }))
  const id = await start(app)
  expect(await (await app.fetch(`/api/tasks/${id}?wait=1`)).json()).toMatchObject({ state: 'queued' })
  expect((await app.fetch('/api/tasks/nothing?wait=60')).status).toBe(404)
  for (const wait of ['61', '-1', 'x', '1.5']) {
    const refused = await app.fetch(`/api/tasks/${id}?wait=${wait}`)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ field: 'wait' })
  }
  const begun = new Promise<void>((resolve) => void (isWaiting = resolve))
  const waiting = app.fetch(`/api/tasks/${id}?wait=60`)
  await begun
  await app.close()
  expect(await (await waiting).json()).toMatchObject({ state: 'queued' })
})

test('who waits with a key that is revoked meanwhile is refused within five seconds', async () => {
  const clock = fakeClock()
  let isWaiting = () => {}
  const begun = new Promise<void>((resolve) => void (isWaiting = resolve))
  const app = await withApp(({ watchHub }) => ({
    clock,
    watchHub: {
      ...watchHub,
      subscribe(watched) {
        isWaiting()
        return watchHub.subscribe(watched)
      },
    },
  }))
  const id = await start(app)
  const waiting = app.fetch(`/api/tasks/${id}?wait=60`)
  await begun
  const revokedMs = clock.nowMs()
  await app.parts.store.write((db) => db.updateTable('api_key').set({ revoked_ms: revokedMs }).execute())
  clock.advance(5_000)
  const answer = await waiting
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({
    code: 'unauthorized',
    detail: 'The API key was revoked at 2030-01-01T00:00:00.000Z.',
  })
})
