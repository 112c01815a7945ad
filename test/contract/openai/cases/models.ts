import type { Answer } from '../../rule.ts'
import type { Section } from '../rule.ts'
import { refused } from './refused.ts'

const idsOf = ({ body }: Answer) => (body as { data: { id: string }[] }).data.map(({ id }) => id)

const IDS = ['builtin', 'text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002']

export const MODELS: Section = {
  title: 'GET /v1/models',
  method: 'models.list',
  rules: [
    {
      rule: 'has every name that may be sent: own models, aliases of the operator, and those of the contract',
      ask: (world) => world.get('/models'),
      expected: { status: 200, schema: 'models', seen: idsOf, is: IDS },
    },
    {
      rule: 'the official client gets them',
      ask: (world) => world.client(async (client) => ({ data: (await client.models.list()).data })),
      expected: { status: 200, seen: idsOf, is: IDS },
    },
    {
      field: 'created',
      rule: 'is 0',
      state: 'differs',
      why: 'no model here has such a time',
      ask: (world) => world.get('/models'),
      expected: { status: 200, body: { data: [{ created: 0 }, { created: 0 }, {}, {}] } },
    },
    {
      field: 'embedded_by, precision, space, dimension',
      rule: 'say what each name means',
      state: 'extended',
      why: 'clients ignore keys that they do not know',
      ask: (world) => world.get('/models'),
      expected: {
        status: 200,
        body: {
          data: [
            {},
            { embedded_by: 'builtin@1', precision: 'float32', space: 'text', dimension: 512 },
            {},
            {},
          ],
        },
      },
    },
  ],
}

export const MODEL: Section = {
  title: 'GET /v1/models/{model}',
  method: 'models.retrieve',
  rules: [
    {
      rule: 'one of those names gets the same',
      ask: (world) => world.get('/models/text-embedding-3-small'),
      expected: {
        status: 200,
        schema: 'model',
        body: { id: 'text-embedding-3-small', embedded_by: 'builtin@1' },
      },
    },
    {
      rule: 'the official client gets it',
      ask: (world) => world.client((client) => client.models.retrieve('builtin')),
      expected: { status: 200, schema: 'model', body: { id: 'builtin' } },
    },
    refused('model', 'another name is 404', (world) => world.get('/models/gpt-4'), {
      status: 404,
      code: 'model_not_found',
    }),
    refused('model', 'a name with a slash is looked up as it is', (world) => world.get('/models/a/b'), {
      status: 404,
      code: 'model_not_found',
    }),
  ],
}
