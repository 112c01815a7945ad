import Telnyx from 'telnyx'
import { expect, test } from 'vitest'
import { client } from '../../test/support/client.ts'
import { madeKey, native } from '../../test/support/madeKeys.ts'
import { KEY, withApp } from '../../test/support/withApp.ts'
import { SCOPES } from '../domain/scopes.ts'
import { scopeOf } from './admit.ts'
import { ROUTES as NATIVE } from './native/routes.ts'
import { ROUTES as TELNYX } from './telnyx/routes.ts'
import { ROUTES as TWELVELABS } from './twelvelabs/routes.ts'

/** Every route that does not ask for `write` as a method that changes something does, or for `read` as one that does not. */
const EXCEPTIONS = {
  'POST /v1.3/embed-v2': 'read',
  'POST /v1.3/embed': 'read',
  'POST /v2/ai/embeddings/similarity-search': 'read',
  'POST /v2/ai/openai/embeddings': 'read',
  'GET /api/keys': 'keys',
  'POST /api/keys': 'keys',
  'GET /api/keys/:id': 'keys',
  'PATCH /api/keys/:id': 'keys',
  'DELETE /api/keys/:id': 'keys',
  'POST /api/keys/:id/rotate': 'keys',
  'GET /api/accounts': 'admin',
  'POST /api/accounts': 'admin',
  'GET /api/accounts/:account': 'admin',
  'PATCH /api/accounts/:account': 'admin',
  'GET /api/janitor': 'admin',
  'POST /api/janitor': 'admin',
  'POST /api/search': 'read',
  'POST /api/models/pull': 'admin',
  'GET /api/models/pull/:pull': 'admin',
  'DELETE /api/models/pull/:pull': 'admin',
  'DELETE /api/models/:model': 'admin',
}

const doors = [
  ['/v1.3', TWELVELABS],
  ['/v2/ai', TELNYX],
  ['/api', NATIVE],
] as const

test('what only reads needs the scope read, also where it is a POST; all that changes something needs more', () => {
  const found = doors.flatMap(([prefix, routes]) =>
    routes
      .filter((route) => scopeOf(route) !== (route.method === 'GET' ? 'read' : 'write'))
      .map((route) => [`${route.method} ${prefix}${route.path}`, scopeOf(route)]),
  )
  expect(Object.fromEntries(found)).toEqual(EXCEPTIONS)
})

test('a key without the scope of a route is refused there with 403, in the words of each door', async () => {
  const app = await withApp()
  const bodies: Record<string, unknown> = {
    '/v1.3': { code: 'api_not_allowed', error: { code: 'api_not_allowed' } },
    '/v2/ai': { errors: [{ code: '10010', title: 'Authorization failed' }] },
    '/api': { status: 403, code: 'forbidden', title: 'Forbidden' },
  }
  for (const scope of SCOPES.filter((each) => each !== 'admin')) {
    const { secret } = await madeKey(app, { scopes: [scope] })
    const headers = { 'x-api-key': secret, authorization: `Bearer ${secret}` }
    for (const [prefix, routes] of doors)
      for (const route of routes.filter((each) => scopeOf(each) !== scope)) {
        const { method } = route
        const answer = await app.fetch(prefix + route.path.replace('*', 'k'), { method, headers })
        expect([method, route.path, answer.status]).toEqual([method, route.path, 403])
        const body = (await answer.json()) as object
        expect(body).toMatchObject(bodies[prefix] as object)
        expect(JSON.stringify(body)).toContain(`scope ${scopeOf(route)}`)
      }
  }
})

test('a key with the scope admin may do everything, and lists, makes and revokes keys of every account', async () => {
  const app = await withApp()
  const { secret } = await madeKey(app, { scopes: ['admin'], account: 'admin' })
  expect((await native(app, secret, 'GET', '/accounts')).status).toBe(200)
  const { body } = await native(app, secret, 'POST', '/keys', { name: 'new', account: 'two' })
  expect(body).toMatchObject({ name: 'new', created_by: expect.any(String) })
  expect((await native(app, secret, 'DELETE', `/keys/${body['id'] as string}`)).status).toBe(204)
  expect((await native(app, secret, 'DELETE', '/models/nothing')).status).toBe(400)
})

test('a preference for a task gives a key that may make none its answer at once', async () => {
  const app = await withApp()
  const { secret } = await madeKey(app, { scopes: ['read'] })
  const ask = (key: string) =>
    app.fetch('/v1.3/embed-v2', {
      method: 'POST',
      headers: { 'x-api-key': key, prefer: 'respond-async' },
      body: JSON.stringify({
        input_type: 'audio',
        model_name: 'marengo3.0',
        audio: { media_source: { base64_string: 'QUJD' } },
      }),
    })
  expect([(await ask(KEY)).status, (await ask(secret)).status]).toEqual([202, 200])
})

test('both official clients are told by their own errors what a key may not do', async () => {
  const app = await withApp()
  const { secret } = await madeKey(app, { scopes: ['read'] })
  const one = client(app.url, secret)
  expect((await one.embed.v2.tasks.list()).data).toEqual([])
  await expect(
    one.embed.v2.tasks.create({
      inputType: 'audio',
      modelName: 'marengo3.0',
      audio: { mediaSource: { base64String: 'QUJD' } },
    }),
  ).rejects.toMatchObject({ statusCode: 403, body: { code: 'api_not_allowed' } })
  await expect(one.assets.delete('0'.repeat(24))).rejects.toMatchObject({ statusCode: 403 })
  const other = new Telnyx({ apiKey: secret, baseURL: `${app.url}/v2` })
  expect((await other.ai.embeddings.list()).data).toEqual([])
  await expect(other.ai.embeddings.create({ bucket_name: 'docs' })).rejects.toBeInstanceOf(
    Telnyx.PermissionDeniedError,
  )
})
