import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'

const HOUR_MS = 3_600_000

const expiries = async (app: TestApp) =>
  (await app.parts.store.read.selectFrom('task').select(['id', 'expires_ms', 'created_ms']).execute()).map(
    ({ id, expires_ms: expiresMs, created_ms: createdMs }) => ({
      id,
      hours: (expiresMs - createdMs) / HOUR_MS,
    }),
  )

test('X-Embedline-Retention says on every create how long the task is kept', async () => {
  const app = await withApp()
  await app.room.put('docs', 'a.txt', 'a text')
  await app.room.put('more', 'a.txt', 'a text')
  const create = (path: string, body: string | FormData, retention?: string) =>
    app.fetch(path, {
      method: 'POST',
      body,
      headers: {
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
        ...(retention !== undefined && { 'x-embedline-retention': retention }),
      },
    })
  const video = JSON.stringify({
    input_type: 'video',
    model_name: 'marengo3.0',
    video: { media_source: { base64_string: Buffer.from('a video').toString('base64') } },
  })
  const form = new FormData()
  form.set('model_name', 'marengo3.0')
  form.set('video_file', new Blob(['another video']), 'a.mp4')
  const statuses = [
    await create('/v1.3/embed-v2/tasks', video, '1h'),
    await create('/v1.3/embed/tasks', form, '2h'),
    await create('/v2/ai/embeddings', JSON.stringify({ bucket_name: 'docs' }), '3h'),
    await create('/v2/ai/embeddings', JSON.stringify({ bucket_name: 'more' })),
    await create('/v1.3/embed-v2/tasks', video, 'for ever'),
    await create('/v1.3/embed-v2/tasks', video, '9999d'),
    await create('/v2/ai/embeddings', JSON.stringify({ bucket_name: 'docs' }), '0d'),
  ].map(({ status }) => status)
  expect(statuses).toEqual([202, 200, 200, 200, 400, 400, 400])
  expect((await expiries(app)).map(({ hours }) => hours).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 7 * 24])
})

test('PATCH /api/tasks/{id} changes when a task of either kind expires', async () => {
  const app = await withApp()
  await app.room.put('docs', 'a.txt', 'a text')
  await app.post('/v2/ai/embeddings', { bucket_name: 'docs' })
  const [task] = await expiries(app)
  const patch = (body: unknown, id = task?.id) =>
    app.fetch(`/api/tasks/${id}`, { method: 'PATCH', body: JSON.stringify(body) })
  const inHours = (hours: number) => new Date(app.room.clock.nowMs() + hours * HOUR_MS).toISOString()
  const changed = await patch({ expires_at: inHours(2) })
  expect([changed.status, await changed.json()]).toMatchObject([
    200,
    { id: task?.id, kind: 'bucket', expires_at: inHours(2) },
  ])
  expect((await expiries(app))[0]?.hours).toBe(2)
  const refused = await Promise.all([
    patch({ expires_at: inHours(-1) }),
    patch({ expires_at: inHours(24 * 365) }),
    patch({ expires_at: 'tomorrow' }),
    patch({}),
    patch({ expires_at: inHours(1) }, 'nothing'),
  ])
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 404])
  expect(await refused[1]?.json()).toMatchObject({ code: 'request_invalid', field: 'expires_at' })
})
