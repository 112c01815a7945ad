import type { Rule, Section } from '../rule.ts'

const missing = (rule: string, method: string, path: string, more: Partial<Rule> = {}): Rule => ({
  rule: `${rule} is 404 in the gateway's envelope`,
  ask: (world) => world.send(method, path),
  expected: { status: 404, schema: 'gateway', code: '10005' },
  ...more,
})

export const CLUSTERS: Section = {
  title: '/v2/ai/clusters',
  method: 'ai.clusters',
  rules: [
    missing('every operation', 'POST', '/clusters', {
      state: 'differs',
      why: 'clusters are not offered',
    }),
    missing('the list', 'GET', '/clusters', { state: 'differs', why: 'clusters are not offered' }),
  ],
}

export const TRANSPORT: Section = {
  title: 'All operations',
  rules: [
    missing('an unknown path', 'GET', '/nothing'),
    missing('a path that cannot be decoded', 'GET', '/embeddings/buckets/%zz'),
    missing('a slash after the name of an operation', 'GET', '/embeddings/buckets/handbook/'),
    {
      rule: 'a create with a slash at its end is 405: it would be about the task without a name',
      ask: (world) => world.post('/embeddings/', { bucket_name: 'spare' }),
      expected: { status: 405, schema: 'gateway' },
    },
    {
      rule: 'a method that a path does not have is 405, with the methods that it has',
      ask: (world) => world.send('PUT', '/embeddings'),
      expected: {
        status: 405,
        schema: 'gateway',
        code: '10015',
        headers: { allow: 'GET, HEAD, POST, OPTIONS' },
      },
    },
    {
      rule: '`GET` of an operation that is a `POST` only is 405, not a task of that name',
      ask: (world) => world.get('/embeddings/similarity-search'),
      expected: { status: 405, schema: 'gateway' },
    },
    {
      rule: 'a browser of another origin is allowed every header that it asks for',
      state: 'extended',
      why: 'the dashboard of somebody else may be a web page',
      ask: (world) =>
        world.send('OPTIONS', '/embeddings', {
          key: null,
          headers: {
            origin: 'https://example.org',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization,x-stainless-lang',
          },
        }),
      expected: {
        status: 204,
        headers: {
          'access-control-allow-origin': '*',
          'access-control-allow-headers': 'authorization,x-stainless-lang',
        },
      },
    },
    {
      field: 'X-Request-Id',
      rule: 'is in every answer: the one that was sent, or a new one',
      state: 'extended',
      why: 'it is in the log too',
      ask: (world) => world.get('/embeddings', { headers: { 'x-request-id': 'trace-1' } }),
      expected: { status: 200, headers: { 'x-request-id': 'trace-1' } },
    },
    {
      field: 'Cache-Control',
      rule: 'forbids to store an answer',
      ask: (world) => world.get('/embeddings'),
      expected: { status: 200, headers: { 'cache-control': 'no-store' } },
    },
    {
      field: 'X-RateLimit-*',
      rule: 'are not sent',
      state: 'differs',
      why: 'this server limits nobody',
      ask: (world) => world.get('/embeddings'),
      expected: { status: 200, headers: { 'x-ratelimit-limit': undefined } },
    },
  ],
}
