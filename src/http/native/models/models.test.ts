import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ENTRY, modelHub, type ModelHub } from '../../../../test/support/modelHub.ts'
import { temporaryFolder } from '../../../../test/support/temporaryFolder.ts'
import { OPERATOR_KEY, withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { EmbedlineError } from '../../../domain/errors.ts'
import { samePrecision } from '../../../domain/precision.ts'
import { systemClock } from '../../../lib/clock.ts'
import { modelFolder } from '../../../modelFiles/places.ts'
import { openModelFiles } from '../../../modelFiles/pulls.ts'
import type { TaskParts } from '../../../tasks/parts.ts'

interface World extends TestApp {
  hub: ModelHub
  models: string
  /** As the operator. */
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; headers: Headers; json: Record<string, unknown> }>
}

async function openWorld(
  inUse: readonly string[] = [],
  change: (parts: TaskParts) => Partial<TaskParts> = () => ({}),
): Promise<World> {
  const hub = await modelHub()
  const models = join(await temporaryFolder(), 'models')
  let count = 0
  const modelFiles = openModelFiles({
    folder: models,
    hub: { endpoint: hub.url, proxy: {} },
    precisions: samePrecision('q8'),
    inUse,
    clock: systemClock,
    random: () => 0,
    newId: () => `pull-${++count}`,
    onEnd: () => {},
  })
  onTestFinished(() => modelFiles.close())
  const app = await withApp((parts) => ({ modelFiles, ...change(parts) }))
  return {
    ...app,
    hub,
    models,
    async ask(method, path, body) {
      const answer = await app.fetch(path, {
        method,
        headers: { 'x-api-key': OPERATOR_KEY },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, json: text === '' ? {} : JSON.parse(text) }
    },
  }
}

/** The state of a pull once it has ended. */
const ended = (world: World, id: string) =>
  vi.waitFor(
    async () => {
      const { json } = await world.ask('GET', `/api/models/pull/${id}`)
      expect(json['state']).not.toBe('running')
      return json
    },
    { timeout: 20_000, interval: 20 },
  )

/** A hub that answers a pull only when it is let. */
function holdBack(hub: ModelHub): () => void {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  hub.misbehave = () => promise
  return () => resolve(false)
}

test('a model is pulled through the API, with its state until it is done, and is then listed as ready', async () => {
  const each = await openWorld()
  const release = holdBack(each.hub)
  const begun = await each.ask('POST', '/api/models/pull', { model: ENTRY.id })
  expect(begun.status).toBe(202)
  expect(begun.headers.get('location')).toBe('/api/models/pull/pull-1')
  expect(begun.json).toMatchObject({
    id: 'pull-1',
    model: ENTRY.id,
    precision: 'q8',
    state: 'running',
    done_bytes: 0,
  })
  expect((await each.ask('GET', '/api/models/pull/pull-1')).json).toMatchObject({ state: 'running' })
  release()
  const done = await ended(each, 'pull-1')
  expect(done).toMatchObject({ state: 'done', phase: 'finishing' })
  expect(done['done_bytes']).toBe(done['total_bytes'])
  const { json } = await each.ask('GET', '/api/models')
  expect(json['models']).toEqual([
    expect.objectContaining({ id: 'tiny', state: 'ready', in_use: false }),
    expect.objectContaining({
      id: ENTRY.id,
      state: 'ready',
      licence: 'Apache-2.0',
      commit: ENTRY.commit,
      files: {
        size_bytes: done['total_bytes'],
        precisions: { model: ['q8'], vision_encoder: ['q8'], audio_encoder: ['q8'] },
        faults: [],
      },
    }),
  ])
})

test('the same pull that runs already is answered again; another precision is one of its own', async () => {
  const each = await openWorld()
  const release = holdBack(each.hub)
  const idOf = async (body: unknown) => (await each.ask('POST', '/api/models/pull', body)).json['id']
  expect(await idOf({ model: ENTRY.id })).toBe('pull-1')
  expect(await idOf({ model: ENTRY.id, precision: 'q8' })).toBe('pull-1')
  expect(await idOf({ model: ENTRY.id, precision: 'q4' })).toBe('pull-2')
  release()
  expect(await ended(each, 'pull-1')).toMatchObject({ state: 'done' })
  expect(await ended(each, 'pull-2')).toMatchObject({ state: 'done' })
  expect(await idOf({ model: ENTRY.id })).toBe('pull-3')
})

test('a pull that fails says why, and one that is stopped is stopped', async () => {
  const each = await openWorld()
  each.hub.misbehave = (_request, response) => {
    response.writeHead(401).end()
    return true
  }
  await each.ask('POST', '/api/models/pull', { model: ENTRY.id })
  expect(await ended(each, 'pull-1')).toMatchObject({
    state: 'failed',
    error: { code: 'remote_refused', message: expect.stringContaining('HF_TOKEN') as string },
  })
  holdBack(each.hub)
  await each.ask('POST', '/api/models/pull', { model: ENTRY.id })
  const stopped = await each.ask('DELETE', '/api/models/pull/pull-2')
  expect(stopped).toMatchObject({ status: 200, json: { state: 'stopped', error: { code: 'aborted' } } })
})

test('every account may look, and only the operator may pull, see pulls, and remove', async () => {
  const each = await openWorld()
  expect((await each.fetch('/api/models')).status).toBe(200)
  expect((await fetch(`${each.url}/api/models`)).status).toBe(401)
  const others = [
    each.post('/api/models/pull', { model: ENTRY.id }),
    each.fetch('/api/models/pull/x'),
    each.fetch('/api/models/pull/x', { method: 'DELETE' }),
    each.fetch(`/api/models/${ENTRY.id}`, { method: 'DELETE' }),
  ]
  for (const answer of await Promise.all(others)) {
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'forbidden' })
  }
  expect(each.hub.seen).toEqual([])
})

test('a model that the server works with is removed only by force', async () => {
  const each = await openWorld([ENTRY.id])
  await each.ask('POST', '/api/models/pull', { model: ENTRY.id })
  await ended(each, 'pull-1')
  const remove = (query = '') => each.ask('DELETE', `/api/models/${ENTRY.id}${query}`)
  expect(await remove()).toMatchObject({ status: 409, json: { code: 'model_in_use' } })
  expect((await remove('?force=true')).status).toBe(204)
  expect((await remove('?force=true')).status).toBe(404)
})

test('a model whose files are here in another precision than the server loads is unusable, and says why', async () => {
  const problem = new EmbedlineError('model_missing', 'It is not here in q4.')
  const each = await openWorld([], ({ models }) => ({ models: { ...models, problem: () => problem } }))
  const { json } = await each.ask('GET', '/api/models')
  expect(json['models']).toEqual([
    expect.objectContaining({ id: 'tiny', state: 'unusable', problem: problem.message }),
    expect.objectContaining({ id: ENTRY.id, state: 'missing' }),
  ])
})

test('a damaged model is listed with what is wrong, and nothing of it ends the server', async () => {
  const each = await openWorld()
  await each.ask('POST', '/api/models/pull', { model: ENTRY.id })
  await ended(each, 'pull-1')
  await writeFile(join(modelFolder(each.models, ENTRY), 'tokenizer.json'), 'x')
  const { json } = await each.ask('GET', '/api/models')
  expect((json['models'] as unknown[])[1]).toMatchObject({
    state: 'damaged',
    files: { faults: [{ file: 'tokenizer.json', kind: 'size' }] },
  })
  await writeFile(join(each.models, 'models.lock.json'), '{')
  expect(await each.ask('GET', '/api/models')).toMatchObject({ status: 503, json: { code: 'model_damaged' } })
})

test.for([
  ['{', 400, undefined],
  [{}, 400, 'model'],
  [{ model: 'nothing' }, 400, 'model'],
  [{ model: ENTRY.id, precision: 'fp16' }, 400, 'precision'],
  [{ model: ENTRY.id, precision: 8 }, 400, 'precision'],
  [{ model: ENTRY.id, speed: 1 }, 400, 'speed'],
] as const)('a pull of %j is refused with %i', async ([body, status, field]) => {
  const each = await openWorld()
  const refused = await each.ask('POST', '/api/models/pull', body)
  expect(refused.status).toBe(status)
  expect(refused.json['field']).toBe(field)
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
})

test('paths that are not there are 404, methods 405', async () => {
  const each = await openWorld()
  expect((await each.ask('GET', '/api/models/pull/none')).status).toBe(404)
  expect((await each.ask('DELETE', '/api/models/pull/none')).status).toBe(404)
  expect((await each.ask('DELETE', `/api/models/${ENTRY.id}`)).status).toBe(404)
  expect((await each.ask('GET', '/api/models/pull')).status).toBe(405)
  expect((await each.ask('DELETE', '/api/models/unknown')).status).toBe(400)
})
