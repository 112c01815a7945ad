import type { Section } from '../rule.ts'
import { refused } from './refused.ts'

export const ACCESS: Section = {
  title: 'Access, paths and limits',
  rules: [
    refused('Authorization', 'missing is 401', (world) => world.get('/models', { key: null }), {
      status: 401,
      param: null,
      code: 'invalid_api_key',
    }),
    refused('Authorization', 'a wrong key is 401', (world) => world.get('/models', { key: 'sk-wrong' }), {
      status: 401,
      param: null,
      code: 'invalid_api_key',
    }),
    {
      rule: 'a wrong key makes the official client throw its AuthenticationError',
      ask: (world) => world.client((client) => client.models.list(), 'sk-wrong'),
      expected: { status: 401, error: 'AuthenticationError' },
    },
    {
      field: 'OpenAI-Organization, OpenAI-Project',
      rule: 'are taken and mean nothing',
      ask: (world) =>
        world.get('/models', { headers: { 'openai-organization': 'org', 'openai-project': 'proj' } }),
      expected: { status: 200 },
    },
    {
      rule: 'a path that this contract has and this server has not is 404',
      ask: (world) => world.post('/chat/completions', {}),
      expected: { status: 404, schema: 'error', refusal: { param: null, code: null } },
    },
    {
      rule: 'another method is 405 with those that are',
      ask: (world) => world.send('DELETE', '/embeddings'),
      expected: { status: 405, schema: 'error', headers: { allow: 'POST, OPTIONS' } },
    },
    {
      rule: 'a path that cannot be decoded is 404 in the same envelope',
      ask: (world) => world.get('/models/%E0%A4%A'),
      expected: { status: 404, schema: 'error' },
    },
    {
      field: 'X-Request-Id',
      rule: 'is the caller’s, if it sends one',
      ask: (world) => world.get('/models', { headers: { 'x-request-id': 'mine-1' } }),
      expected: { status: 200, headers: { 'x-request-id': 'mine-1' } },
    },
  ],
}
