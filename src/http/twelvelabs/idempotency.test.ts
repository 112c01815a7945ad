import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'

const TASKS = '/v1.3/embed-v2/tasks'

const create = (app: TestApp, key: string, content = 'a video') =>
  app.fetch(TASKS, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({
      input_type: 'video',
      video: { media_source: { base64_string: Buffer.from(content).toString('base64') } },
    }),
  })

const taskCount = async (app: TestApp) =>
  (await app.parts.store.read.selectFrom('task').select('id').execute()).length

test('a create that is sent again with its key is answered again, byte for byte, and makes no second task', async () => {
  const app = await withApp()
  const first = await create(app, 'key-1')
  await app.room.drain()
  const second = await create(app, 'key-1')
  expect(second.status).toBe(202)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
  expect(await second.text()).toBe(await first.text())
  expect(await taskCount(app)).toBe(1)
  expect(await app.leftovers()).toEqual([])
})

test('the key of another body, also where only the media differs, is 422', async () => {
  const app = await withApp()
  await create(app, 'key-1')
  const refused = await create(app, 'key-1', 'another video')
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ code: 'idempotency_key_reused' })
  expect(await taskCount(app)).toBe(1)
})

test('of creates at once with one key one makes a task, and the others may come again', async () => {
  const app = await withApp()
  const answers = await Promise.all(Array.from({ length: 5 }, () => create(app, 'key-1')))
  expect(new Set(answers.map(({ status }) => status)).difference(new Set([202, 409]))).toEqual(new Set())
  expect((await create(app, 'key-1')).status).toBe(202)
  expect(await taskCount(app)).toBe(1)
})

test('a key that is none is 400', async () => {
  const app = await withApp()
  const refused = await create(app, 'two words')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ code: 'parameter_invalid' })
  expect(await taskCount(app)).toBe(0)
})
