import type { Telnyx } from 'telnyx'
import type { Rule, Section } from '../rule.ts'

const REFUSED = { status: 401, schema: 'gateway', code: '10009' }

const OPERATIONS: readonly (readonly [string, string])[] = [
  ['GET', '/embeddings'],
  ['POST', '/embeddings'],
  ['GET', '/embeddings/some-task'],
  ['POST', '/embeddings/url'],
  ['POST', '/embeddings/similarity-search'],
  ['GET', '/embeddings/buckets'],
  ['GET', '/embeddings/buckets/handbook'],
  ['DELETE', '/embeddings/buckets/handbook'],
  ['POST', '/openai/embeddings'],
  ['GET', '/openai/embeddings/models'],
  ['GET', '/openai/models'],
]

const withoutKey = ([method, path]: readonly [string, string]): Rule => ({
  field: 'Authorization',
  rule: `\`${method} ${path}\` without a key is 401 in the gateway's envelope`,
  ask: (world) => world.send(method, path, { key: null }),
  expected: REFUSED,
})

const listed = (client: Telnyx) => client.ai.embeddings.list()

export const ACCESS: Section = {
  title: 'Access',
  rules: [
    ...OPERATIONS.map(withoutKey),
    {
      field: 'Authorization',
      rule: 'an unknown key is 401',
      ask: (world) => world.get('/embeddings', { key: 'no-such-key' }),
      expected: REFUSED,
    },
    {
      field: 'Authorization',
      rule: 'another scheme than Bearer is 401',
      ask: (world) =>
        world.get('/embeddings', { key: null, headers: { authorization: 'Basic a2V5LW9mLW9uZQ==' } }),
      expected: REFUSED,
    },
    {
      field: 'Authorization',
      rule: 'the scheme may be written in lower case',
      ask: (world) =>
        world.get('/embeddings', { key: null, headers: { authorization: 'bearer key-of-one' } }),
      expected: { status: 200 },
    },
    {
      field: 'x-api-key',
      rule: 'the key may come in this header instead',
      state: 'extended',
      why: 'the other dialect of this server has its keys there, and they are the same keys',
      ask: (world) => world.get('/embeddings', { key: null, headers: { 'x-api-key': 'key-of-one' } }),
      expected: { status: 200 },
    },
    {
      rule: 'the client throws its AuthenticationError',
      ask: (world) => world.client(listed, 'no-such-key'),
      expected: { status: 401, error: 'AuthenticationError' },
    },
    {
      rule: 'the client finds the server by TELNYX_BASE_URL and TELNYX_API_KEY alone',
      ask: (world) => world.byEnvironment(listed),
      expected: { status: 200, schema: 'bucketTaskList.json' },
    },
  ],
}
