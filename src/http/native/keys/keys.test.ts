import { expect, test } from 'vitest'
import { madeKey, native } from '../../../../test/support/madeKeys.ts'
import { KEY, OPERATOR_KEY, withApp, type TestApp } from '../../../../test/support/withApp.ts'

const OTHER_KEY = 'key-of-two'

const isTaken = async (app: TestApp, key: string) => (await native(app, key, 'GET', '/limits')).status === 200

test('the secret of a key is shown once; what is kept and listed of it is its SHA-256 and how it begins', async () => {
  const app = await withApp()
  const made = await native(app, KEY, 'POST', '/keys', { name: ' nightly ingest ' })
  expect(made).toMatchObject({
    status: 201,
    body: {
      name: 'nightly ingest',
      source: 'made',
      scopes: ['read', 'write'],
      state: 'active',
      created_at: '2030-01-01T00:00:00.000Z',
      key: expect.stringMatching(/^el_[\w-]{32}$/),
    },
  })
  const { id, key: secret, hint } = made.body as { id: string; key: string; hint: string }
  expect(hint).toBe(`${secret.slice(0, 7)}…`)
  expect(await isTaken(app, secret)).toBe(true)
  const { body: shown } = await native(app, KEY, 'GET', `/keys/${id}`)
  expect(shown).toMatchObject({ id, hint })
  const { body: list } = await native(app, KEY, 'GET', '/keys')
  const tables = ['api_key', 'key_secret', 'daily_usage', 'usage'] as const
  const rows = await Promise.all(
    tables.map((table) => app.parts.store.read.selectFrom(table).selectAll().execute()),
  )
  for (const seen of [shown, list, rows, app.log]) expect(JSON.stringify(seen)).not.toContain(secret)
})

test('keys are listed by pages, those that the operator lists among them, and no other account has them', async () => {
  const app = await withApp()
  const { id: first } = await madeKey(app)
  const { id: second } = await madeKey(app)
  const page = async (query: string) => {
    const { body } = await native(app, KEY, 'GET', `/keys${query}`)
    const { keys, next_after: after } = body as {
      keys: { id: string; source: string }[]
      next_after?: string
    }
    return { ids: keys.map(({ id }) => id), sources: keys.map(({ source }) => source), after }
  }
  const all = await page('')
  expect(all.sources).toEqual(['config', 'made', 'made'])
  expect(all.ids.slice(1)).toEqual([first, second])
  const [listed = ''] = all.ids
  expect(await page('?limit=2')).toMatchObject({ ids: [listed, first], after: first })
  expect(await page(`?limit=2&after=${first}`)).toEqual({
    ids: [second],
    sources: ['made'],
    after: undefined,
  })
  expect(await native(app, OTHER_KEY, 'GET', `/keys/${first}`)).toMatchObject({ status: 404 })
  expect(await native(app, OTHER_KEY, 'DELETE', `/keys/${first}`)).toMatchObject({ status: 404 })
  expect(await native(app, OTHER_KEY, 'GET', '/keys?account=one')).toMatchObject({ status: 404 })
  expect((await native(app, OPERATOR_KEY, 'GET', '/keys?account=one')).body).toMatchObject({
    keys: [{ id: listed }, { id: first }, { id: second }],
  })
})

test('a key that is listed by the operator is neither revoked, nor rotated, nor changed by this', async () => {
  const app = await withApp()
  const { body } = await native(app, KEY, 'GET', '/keys')
  const { keys } = body as { keys: { id: string; name: string; scopes: string[] }[] }
  const { id, name, scopes } = keys[0]!
  expect({ name, scopes }).toEqual({ name: 'EMBEDLINE_KEYS', scopes: ['read', 'write', 'keys'] })
  for (const [method, path] of [
    ['DELETE', ''],
    ['POST', '/rotate'],
    ['PATCH', ''],
  ] as const) {
    const refused = await native(app, OPERATOR_KEY, method, `/keys/${id}${path}`, {})
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect(refused.body['detail']).toContain('EMBEDLINE_KEYS')
  }
  expect(await isTaken(app, KEY)).toBe(true)
})

test('a key is not taken from the moment on in which it is revoked, and says so; revoking it again changes nothing', async () => {
  const app = await withApp()
  const { id, secret } = await madeKey(app, { scopes: ['keys', 'read'] })
  // By itself, too.
  expect((await native(app, secret, 'DELETE', `/keys/${id}`)).status).toBe(204)
  expect(await native(app, secret, 'GET', '/limits')).toMatchObject({
    status: 401,
    body: { code: 'unauthorized', detail: 'The API key was revoked at 2030-01-01T00:00:00.000Z.' },
  })
  app.room.clock.advance(1000)
  expect((await native(app, KEY, 'DELETE', `/keys/${id}`)).status).toBe(204)
  const { body } = await native(app, KEY, 'GET', `/keys/${id}`)
  expect(body).toMatchObject({ state: 'revoked', revoked_at: '2030-01-01T00:00:00.000Z' })
  expect(await native(app, KEY, 'POST', `/keys/${id}/rotate`)).toMatchObject({ status: 400 })
})

test('a key is not taken from its end on, in each door with the reason, and its end can be put off', async () => {
  const app = await withApp()
  const { id, secret } = await madeKey(app, { expires_at: '2030-01-01T01:00:00+01:00' }).catch(
    (refusal: Error) => ({ id: '', secret: refusal.message }),
  )
  expect({ id, secret: JSON.parse(secret) as object }).toMatchObject({
    id: '',
    secret: { status: 400, field: 'expires_at', detail: '2030-01-01T00:00:00.000Z is over.' },
  })
  const key = await madeKey(app, { expires_at: '2030-01-01T02:00:00+01:00' })
  app.room.clock.advance(3_599_999)
  expect(await isTaken(app, key.secret)).toBe(true)
  app.room.clock.advance(1)
  const why = 'The API key expired at 2030-01-01T01:00:00.000Z.'
  expect((await native(app, key.secret, 'GET', '/limits')).body).toMatchObject({ detail: why })
  const headers = { 'x-api-key': key.secret, authorization: `Bearer ${key.secret}` }
  const one = await app.fetch('/v1.3/assets', { headers })
  expect([one.status, await one.json()]).toMatchObject([401, { code: 'api_key_invalid', message: why }])
  const other = await app.fetch('/v2/ai/embeddings', { headers })
  expect([other.status, await other.json()]).toMatchObject([
    401,
    { errors: [{ code: '10009', detail: why }] },
  ])
  await native(app, KEY, 'PATCH', `/keys/${key.id}`, { expires_at: null })
  expect(await isTaken(app, key.secret)).toBe(true)
})

test('a rotated key is the same key with another secret, and the one before is taken for the overlap', async () => {
  const app = await withApp()
  const { id, secret: before } = await madeKey(app)
  const { status, body } = await native(app, KEY, 'POST', `/keys/${id}/rotate`, { overlap_sec: 60 })
  expect([status, body]).toMatchObject([200, { id, old_until: '2030-01-01T00:01:00.000Z' }])
  const after = body['key'] as string
  expect([await isTaken(app, before), await isTaken(app, after)]).toEqual([true, true])
  app.room.clock.advance(60_000)
  expect([await isTaken(app, before), await isTaken(app, after)]).toEqual([false, true])
  expect((await native(app, before, 'GET', '/limits')).body['detail']).toBe(
    'The API key was replaced by another one, and is not taken since 2030-01-01T00:01:00.000Z.',
  )
  const last = await native(app, KEY, 'POST', `/keys/${id}/rotate`, { overlap_sec: 0 })
  expect(last.body).not.toHaveProperty('old_until')
  expect(await isTaken(app, after)).toBe(false)
  expect(await isTaken(app, last.body['key'] as string)).toBe(true)
})

test('of two rotations at once both secrets are taken, the last one stays, and no overlap becomes longer', async () => {
  const app = await withApp()
  const { id, secret: first } = await madeKey(app)
  const rotate = (overlap_sec: number) =>
    native(app, KEY, 'POST', `/keys/${id}/rotate`, { overlap_sec }).then(({ body }) => body['key'] as string)
  const [one, two] = await Promise.all([rotate(60), rotate(60)])
  const taken = () => Promise.all([first, one, two].map((key) => isTaken(app, key)))
  expect(await taken()).toEqual([true, true, true])
  app.room.clock.advance(30_000)
  const three = await rotate(3600)
  app.room.clock.advance(30_000)
  const [isFirst, ...later] = await taken()
  expect([isFirst, later.filter(Boolean).length]).toEqual([false, 1])
  app.room.clock.advance(3_600_000)
  expect(await taken()).toEqual([false, false, false])
  expect(await isTaken(app, three)).toBe(true)
})

test('when a key was used last is known to the minute, and written once a minute', async () => {
  const app = await withApp()
  const { id, secret } = await madeKey(app)
  const lastUse = async () => (await native(app, KEY, 'GET', `/keys/${id}`)).body['last_used_at']
  expect(await lastUse()).toBeUndefined()
  let writes = 0
  const store = { ...app.parts.store }
  app.parts.store.write = (change) => {
    writes++
    return store.write(change)
  }
  for (let count = 0; count < 5; count++) {
    await isTaken(app, secret)
    app.room.clock.advance(10_000)
    await expect.poll(lastUse).toBe('2030-01-01T00:00:00.000Z')
  }
  app.room.clock.advance(10_000)
  await isTaken(app, secret)
  await expect.poll(lastUse).toBe('2030-01-01T00:01:00.000Z')
  // Two of this key, two of the one that looks.
  expect(writes).toBeLessThanOrEqual(4)
})

test('nobody makes, changes or takes over a key that may do more than its own', async () => {
  const app = await withApp()
  const { secret: keeper } = await madeKey(app, { scopes: ['keys', 'read'] })
  const admin = await madeKey(app, { scopes: ['admin'] })
  const writer = await madeKey(app, { scopes: ['read', 'write'] })
  const own = await madeKey(app, { scopes: ['read'] })
  const tries: [string, string, object?][] = [
    ['POST', '/keys', { name: 'more', scopes: ['write'] }],
    ['POST', '/keys', { name: 'more', scopes: ['admin'] }],
    ['PATCH', `/keys/${own.id}`, { scopes: ['read', 'write'] }],
    ['PATCH', `/keys/${own.id}`, { requests_per_minute: 1_000_000 }],
    ['POST', '/keys', { name: 'fast', scopes: ['read'], requests_per_minute: 1_000_000 }],
    ['POST', `/keys/${admin.id}/rotate`],
    ['POST', `/keys/${writer.id}/rotate`],
    ['DELETE', `/keys/${admin.id}`],
    ['PATCH', `/keys/${writer.id}`, { scopes: ['read'] }],
  ]
  for (const [method, path, body] of tries)
    expect([path, await native(app, keeper, method, path, body)]).toMatchObject([
      path,
      { status: 403, body: { code: 'forbidden' } },
    ])
  expect(
    await native(app, keeper, 'POST', '/keys', { name: 'x', scopes: ['read'], account: 'two' }),
  ).toMatchObject({
    status: 404,
    body: { field: 'account' },
  })
  expect(await native(app, keeper, 'PATCH', `/keys/${own.id}`, { name: 'mine' })).toMatchObject({
    status: 200,
    body: { name: 'mine', scopes: ['read'] },
  })
})

test('what is wrong with the order of a key is named', async () => {
  const app = await withApp()
  for (const [body, field, code = 'request_invalid'] of [
    [{}, 'name', 'parameter_missing'],
    [{ name: '' }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['read', 'read'] }, 'scopes'],
    [{ name: 'x', scopes: ['root'] }, 'scopes.0'],
    [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'x', requests_per_minute: 0 }, 'requests_per_minute'],
    [{ name: 'x', quota: 1 }, 'quota'],
  ] as const)
    expect(await native(app, OPERATOR_KEY, 'POST', '/keys', body)).toMatchObject({
      status: 400,
      body: { code, field },
    })
})

test('a made key has a limit of its own where the operator gives it one, whether or not others are limited', async () => {
  const app = await withApp()
  const { openUsage } = await import('../../../tasks/usage.ts')
  const { store, logger } = app.parts
  app.parts.usage = await openUsage({ store, logger, clock: app.room.clock, limits: { requestsPerDay: 100 } })
  const { id, secret } = await madeKey(app, { requests_per_minute: 1 })
  const { body } = await native(app, secret, 'GET', '/limits')
  expect(body['rates']).toMatchObject({
    requests_per_minute: { limit: 1, used: 1, remaining: 0, resets_at: '2030-01-01T00:01:00.000Z' },
    requests_per_day: { limit: 100, used: 1 },
    media_minutes_per_day: { limit: null },
  })
  expect((await native(app, secret, 'GET', '/limits')).status).toBe(429)
  // Another secret is no fresh start.
  const { body: rotated } = await native(app, KEY, 'POST', `/keys/${id}/rotate`)
  expect((await native(app, rotated['key'] as string, 'GET', '/limits')).status).toBe(429)
  await native(app, OPERATOR_KEY, 'PATCH', `/keys/${id}`, { requests_per_minute: null })
  expect((await native(app, secret, 'GET', '/limits')).status).toBe(200)
  await (app.parts.usage as unknown as { close(): Promise<void> }).close()
})
