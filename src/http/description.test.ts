import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { fitsSchema } from '../../test/support/expectSchema.ts'
import { taskRoom } from '../../test/support/taskRoom.ts'
import { limitsNamed } from '../domain/limits.ts'
import { makeApp } from './app.ts'
import { describe } from './description.ts'

interface Described {
  operationId: string
  tags: string[]
  summary: string
  security: object[]
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> }
}

const document = describe({ limits: limitsNamed('ours'), version: '1.2.3' }) as {
  openapi: string
  tags: { name: string }[]
  paths: Record<string, Record<string, Described>>
}
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ line: `${method} ${path}`, ...operation })),
)

test('the description is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  expect(document.openapi).toMatch(/^3\.1\./)
})

const READY = () => ({ state: 'ready' }) as const

/** `get /api/buckets/{}`: what a part of the path is called is the description's affair. */
const unnamed = (line: string): string => line.replaceAll(/\{\w+\}|:\w+|\*/g, '{}')

test('every route of every door is described, and everything that is described is a route', async () => {
  const { parts } = await taskRoom()
  const site = { version: '', modelLine: '', keyFile: undefined, readiness: READY, metrics: async () => '' }
  const app = makeApp({ tasks: parts, site })
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    // Several methods of one route are those that a path does not have; HEAD comes with GET.
    if (typeof method === 'string' && method !== 'HEAD' && method !== 'OPTIONS')
      routes.push(unnamed(`${method.toLowerCase()} ${url}`))
  })
  await app.ready()
  await app.close()
  // The files of the reference's page, under a name that changes with them.
  const hidden = 'get /docs/assets/{}/{}'
  expect(routes.filter((line) => line !== hidden).toSorted()).toEqual(
    operations.map(({ line }) => unnamed(line)).toSorted(),
  )
})

test('every operation has a name of its own, a tag that is explained, a summary, and says which key it wants', () => {
  const names = operations.map(({ operationId }) => operationId)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(names.filter((name) => !/^[a-z][a-zA-Z0-9]+$/.test(name))).toEqual([])
  const tags = document.tags.map(({ name }) => name)
  for (const { line, tags: own, summary, security } of operations) {
    expect({ line, tags }).toEqual({ line, tags: expect.arrayContaining(own) })
    expect({ line, summary }).not.toEqual({ line, summary: '' })
    expect({ line, security }).toEqual({ line, security: expect.any(Array) })
  }
})

test('every example of a body is one that its schema takes', () => {
  const examples = operations.flatMap(({ line, requestBody }) =>
    Object.values(requestBody?.content ?? {})
      .filter(({ example }) => example !== undefined)
      .map(({ schema, example }) => ({ line, faults: fitsSchema(schema, example) })),
  )
  expect(examples.length).toBeGreaterThan(0)
  expect(examples.filter(({ faults }) => faults.length > 0)).toEqual([])
})

test('every operation that takes JSON has an example of it', () => {
  const without = operations.filter(({ requestBody }) => {
    const json = requestBody?.content['application/json']
    return json !== undefined && json.example === undefined
  })
  expect(without.map(({ line }) => line)).toEqual([])
})

test('the description has the bounds that requests are held to', () => {
  const create = JSON.stringify(document.paths['/v1.3/embed-v2/tasks'])
  expect(create).toContain('"minimum":2')
  expect(create).toContain('"maximum":10')
  expect(create).toContain('"additionalProperties":false')
})
