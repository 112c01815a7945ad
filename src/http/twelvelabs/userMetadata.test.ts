import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'
import { Asset } from './answers.ts'

async function createAsset(app: TestApp, userMetadata?: object): Promise<string> {
  const body = new FormData()
  body.append('method', 'direct')
  if (userMetadata) body.append('user_metadata', JSON.stringify(userMetadata))
  body.append('file', new Blob(['a video']), 'clip.mp4')
  return Asset.parse(await (await app.fetch('/v1.3/assets', { method: 'POST', body })).json())._id
}

const metadataOf = async (app: TestApp, id: string) =>
  Asset.parse(await (await app.fetch(`/v1.3/assets/${id}`)).json()).user_metadata

const change = (app: TestApp, method: string, id: string, body?: unknown) =>
  app.fetch(`/v1.3/assets/${id}/user-metadata`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

test('PATCH merges: a value sets, null takes away, an empty string changes nothing', async () => {
  const app = await withApp()
  const id = await createAsset(app, { kept: 1, changed: 'old', gone: true, same: 'x' })
  const user_metadata = { changed: 2.5, gone: null, same: '', added: false, never: null, empty: '' }
  const response = await change(app, 'PATCH', id, { user_metadata })
  expect([response.status, await response.text()]).toEqual([204, ''])
  expect(await metadataOf(app, id)).toEqual({ kept: 1, changed: 2.5, same: 'x', added: false })
})

test('PUT replaces, without nulls and empty strings', async () => {
  const app = await withApp()
  const id = await createAsset(app, { gone: 1 })
  await change(app, 'PUT', id, { user_metadata: { here: 'now', never: null, empty: '' } })
  expect(await metadataOf(app, id)).toEqual({ here: 'now' })
})

test.for([
  ['DELETE', undefined],
  ['PUT', { user_metadata: {} }],
  ['PATCH', { user_metadata: { only: null } }],
] as const)('after a %s that leaves nothing there is no metadata at all', async ([method, body]) => {
  const app = await withApp()
  const id = await createAsset(app, { only: 1 })
  expect((await change(app, method, id, body)).status).toBe(204)
  expect(await metadataOf(app, id)).toBeUndefined()
  expect((await change(app, method, id, body)).status).toBe(204)
})

test('changes at the same time are all kept', async () => {
  const app = await withApp()
  const id = await createAsset(app)
  const keys = Array.from({ length: 20 }, (_, at) => `key ${at}`)
  await Promise.all(keys.map((key) => change(app, 'PATCH', id, { user_metadata: { [key]: key } })))
  expect(Object.keys((await metadataOf(app, id)) ?? {}).toSorted()).toEqual(keys.toSorted())
})

test('names that mean something to JavaScript are names like others', async () => {
  const app = await withApp()
  const id = await createAsset(app)
  const path = `/v1.3/assets/${id}/user-metadata`
  const body = '{"user_metadata":{"constructor":"x","toString":1}}'
  expect((await app.fetch(path, { method: 'PATCH', body })).status).toBe(204)
  expect(await metadataOf(app, id)).toEqual({ constructor: 'x', toString: 1 })
})

test('metadata grows within its bound only', async () => {
  const app = await withApp()
  const id = await createAsset(app)
  const large = 'x'.repeat(100_000)
  expect((await change(app, 'PATCH', id, { user_metadata: { a: large, b: large } })).status).toBe(204)
  const refused = await change(app, 'PATCH', id, { user_metadata: { c: large } })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { details: { field: 'user_metadata' } } })
  expect(Object.keys((await metadataOf(app, id)) ?? {})).toEqual(['a', 'b'])
})

test('what is not metadata is refused, naming the field, and changes nothing', async () => {
  const app = await withApp()
  const id = await createAsset(app, { kept: 1 })
  const refused: [unknown, string | undefined][] = [
    [{ user_metadata: { a: [] } }, 'user_metadata.a'],
    [{ user_metadata: { a: {} } }, 'user_metadata.a'],
    [{ user_metadata: 'a' }, 'user_metadata'],
    [{ user_metadata: null }, 'user_metadata'],
    [{}, 'user_metadata'],
    [{ user_metadata: {}, more: 1 }, 'more'],
    [[], undefined],
  ]
  for (const [body, field] of refused)
    for (const method of ['PATCH', 'PUT']) {
      const response = await change(app, method, id, body)
      expect(response.status).toBe(400)
      if (field !== undefined) expect(await response.json()).toMatchObject({ error: { details: { field } } })
    }
  expect((await change(app, 'PATCH', id)).status).toBe(400)
  expect(await metadataOf(app, id)).toEqual({ kept: 1 })
})

test('an asset of nobody, or of another account, has no metadata to change', async () => {
  const app = await withApp()
  const id = await createAsset(app, { kept: 1 })
  const headers = { 'x-api-key': 'key-of-two' }
  const body = JSON.stringify({ user_metadata: { a: 1 } })
  for (const method of ['PATCH', 'PUT', 'DELETE']) {
    const init = { method, ...(method !== 'DELETE' && { body }) }
    const path = `/v1.3/assets/${id}/user-metadata`
    expect((await app.fetch(path, { ...init, headers })).status).toBe(404)
    expect((await app.fetch('/v1.3/assets/none/user-metadata', init)).status).toBe(404)
  }
  expect(await metadataOf(app, id)).toEqual({ kept: 1 })
})
