import { expect, test } from 'vitest'
import { fillHandbook, startBucket } from '../../../../test/support/handbook.ts'
import { REQUEST } from '../../../../test/support/taskRoom.ts'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { createMediaTask } from '../../../tasks/create.ts'

const startMedia = async ({ parts, room }: TestApp) =>
  (
    await createMediaTask(parts, room.account, {
      modelName: 'alias',
      request: REQUEST,
      source: { received: await room.received('a video'), filename: 'a.mp4' },
    })
  ).id

const read = async (app: TestApp, path: string, init?: RequestInit) => {
  const answer = await app.fetch(`/api/tasks${path}`, init)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('one route shows tasks of media and of buckets', async () => {
  const app = await withApp()
  const media = await startMedia(app)
  await fillHandbook(app.room)
  const bucket = await startBucket(app.room)
  await app.room.drain()
  expect(await read(app, `/${media}`)).toMatchObject({
    status: 200,
    body: {
      id: media,
      kind: 'media',
      state: 'ready',
      model: { id: 'tiny', revision: '1', name: 'alias' },
      input: { type: 'video', filename: 'a.mp4', duration_sec: 150, modalities: ['visual', 'audio'] },
      warnings: [],
      created_at: '2030-01-01T00:00:00.000Z',
      finished_at: '2030-01-01T00:00:00.000Z',
      expires_at: '2030-01-08T00:00:00.000Z',
    },
  })
  expect((await read(app, `/${bucket}`)).body).toMatchObject({
    id: bucket,
    kind: 'bucket',
    state: 'ready',
    input: { type: 'bucket', bucket: 'handbook' },
  })
})

test('a task of another account, and one that nobody has, is a problem of type 404', async () => {
  const app = await withApp()
  const id = await startMedia(app)
  expect(await read(app, `/${id}`, { headers: { 'x-api-key': 'key-of-two' } })).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
  expect(await read(app, '/nothing')).toMatchObject({ status: 404 })
})
