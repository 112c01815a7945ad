import { expect, test } from 'vitest'
import { scriptedServer, type ScriptedAnswer } from '../../test/support/scriptedServer.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { findServer } from './serverCalls.ts'

const flags = (values: Record<string, string>) => ({ values: new Map(Object.entries(values)) })

test('the server on a data folder is found by its file and called with its key', async () => {
  const { url, seen } = await scriptedServer(() => ({ json: { fine: true } }))
  const data = await temporaryFolder({ 'server.json': JSON.stringify({ url }), 'admin.key': 'secret\n' })
  const server = await findServer(flags({ data }))
  expect(await server.call('GET', '/x')).toEqual({ fine: true })
  expect(seen).toEqual([{ line: 'GET /x', key: 'Bearer secret', body: '' }])
})

test('another server is called with the key that was given, and never with that of the folder', async () => {
  const { url, seen } = await scriptedServer(() => ({}))
  const data = await temporaryFolder({ 'admin.key': 'secret' })
  const server = await findServer(flags({ data, url: `${url}/`, key: 'other' }))
  expect(await server.call('DELETE', '/x')).toBeUndefined()
  expect(seen[0]?.key).toBe('Bearer other')
  await expect(findServer(flags({ data, url }))).rejects.toMatchObject({ code: 'unauthorized' })
})

test('where no server runs, the message says how to start or name one', async () => {
  const data = await temporaryFolder()
  await expect(findServer(flags({ data }))).rejects.toMatchObject({
    code: 'request_invalid',
    message: expect.stringMatching(/no server runs on .*: start one by embedline serve/),
  })
})

test('a server that is gone without a word is named', async () => {
  const data = await temporaryFolder({ 'server.json': '{"url":"http://127.0.0.1:9"}', 'admin.key': 'secret' })
  const server = await findServer(flags({ data }))
  await expect(server.call('GET', '/x')).rejects.toThrow('no server answers at http://127.0.0.1:9')
})

test('a command waits when the limit of its key is spent for a moment, and asks again', async () => {
  const answers: ScriptedAnswer[] = [{ status: 429, retryAfterSec: 0 }, { json: { fine: true } }]
  const { url, seen } = await scriptedServer(() => answers.shift() ?? {})
  const server = await findServer(flags({ url, key: 'k' }))
  expect(await server.call('PUT', '/x', { bytes: new Blob(['bytes']) })).toEqual({ fine: true })
  expect(seen.map(({ body }) => body)).toEqual(['bytes', 'bytes'])
})

test.for<[ScriptedAnswer, string, string]>([
  [
    {
      status: 401,
      json: { errors: [{ code: '10009', title: 'Authentication failed', detail: 'Unknown key.' }] },
    },
    'unauthorized',
    'the server says: Unknown key.',
  ],
  [
    { status: 422, json: { detail: [{ loc: ['body', 'num_of_docs'], msg: 'too many', type: 'x' }] } },
    'request_invalid',
    'the server says: num_of_docs: too many',
  ],
  [
    { status: 404, json: { detail: [{ code: '10005', title: 'Not found', detail: 'No such bucket.' }] } },
    'not_found',
    'the server says: No such bucket.',
  ],
  [
    { status: 413, json: { title: 'Too large', detail: 'At most 4 GB.' } },
    'too_large',
    'the server says: At most 4 GB.',
  ],
  [{ status: 400, json: { code: 'x', message: 'Wrong.' } }, 'request_invalid', 'the server says: Wrong.'],
  [
    { status: 429, retryAfterSec: 3600, json: { title: 'Too many', detail: 'Try again after noon.' } },
    'rate_limited',
    'the server says: Try again after noon.',
  ],
  [{ status: 500 }, 'internal', 'the server says: 500 Internal Server Error'],
])('%o is told in the words of the server', async ([answer, code, message]) => {
  const { url } = await scriptedServer(() => answer)
  const server = await findServer(flags({ url, key: 'k' }))
  await expect(server.call('GET', '/')).rejects.toMatchObject({ code, message })
})
