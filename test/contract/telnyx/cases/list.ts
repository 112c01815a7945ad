import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import type { World } from '../world.ts'

const PATH = '/embeddings'
const SCHEMA = 'bucketTaskList.json'

interface Row {
  task_id: string
  status: string
  created_at: string
}

const rowsOf = ({ body }: Answer) => (body as { data: Row[] }).data

/** The buckets of the world whose first task is in the list. */
const bucketsIn = (tasks: Readonly<Record<string, string>>) => (answer: Answer) =>
  Object.entries(tasks)
    .filter(([, id]) => rowsOf(answer).some((row) => row.task_id === id))
    .map(([bucket]) => bucket)

const shows = (rule: string, query: string, buckets: readonly string[], more: Partial<Rule> = {}): Rule => ({
  field: 'status',
  rule,
  ask: (world) => world.get(PATH + query),
  expected: {
    status: 200,
    schema: SCHEMA,
    seen: (answer, world) => bucketsIn(world.tasks)(answer).toSorted(),
    is: buckets.toSorted(),
  },
  ...more,
})

const waiting = (rule: string, query: string, buckets: readonly string[]): Rule => ({
  field: 'status',
  rule,
  ask: (world) => world.idle.get(PATH + query),
  expected: {
    status: 200,
    schema: SCHEMA,
    seen: (answer, world) => bucketsIn(world.idle.tasks)(answer).toSorted(),
    is: buckets,
  },
})

const BOTH = ['waiting-a', 'waiting-b']
const SUCCESS = ['spare', 'handbook', 'empty', 'articles']

const client = (status: string[] | undefined) => (world: World) =>
  world.client(({ ai }) => ai.embeddings.list(status === undefined ? undefined : { status }))

export const LIST: Section = {
  title: 'GET /v2/ai/embeddings',
  method: 'ai.embeddings.list',
  rules: [
    waiting('left out, it is `queued` and `processing`', '', BOTH),
    shows('left out, what has ended is not shown', '', []),
    {
      field: 'data[].progress',
      rule: 'says how far each task is',
      state: 'extended',
      why: 'the contract has no word on how far a task is',
      ask: (world) => world.get(`${PATH}?status=success`),
      expected: {
        status: 200,
        schema: SCHEMA,
        seen: ({ body }) =>
          (body as { data: { progress: { fraction: number } }[] }).data.every(
            ({ progress }) => progress.fraction === 1,
          ),
        is: true,
      },
    },
    waiting('empty means left out', '?status=', BOTH),
    waiting('nothing but commas means left out', '?status=,%2C', BOTH),
    shows('one value', '?status=success', SUCCESS),
    shows('the key repeated', '?status=success&status=failure', [...SUCCESS, 'ruined']),
    shows('values joined by a comma', '?status=partial_success,failure', ['mixed', 'ruined'], {
      state: 'extended',
      why: 'the page has repeated keys only, but all official clients except one send this',
    }),
    shows('values joined by an encoded comma', '?status=partial_success%2Cfailure', ['mixed', 'ruined'], {
      state: 'extended',
      why: 'what the client for JavaScript sends',
    }),
    shows('the key with brackets', '?status[]=partial_success&status[]=failure', ['mixed', 'ruined'], {
      state: 'extended',
      why: 'what many form encoders send',
    }),
    shows(
      'the key with encoded numbered brackets',
      '?status%5B0%5D=partial_success&status%5B1%5D=failure',
      ['mixed', 'ruined'],
      { state: 'extended', why: 'what the client for PHP sends' },
    ),
    shows('a space after the comma', '?status=partial_success,%20failure', ['mixed', 'ruined'], {
      state: 'extended',
      why: 'the default of the command line client has one',
    }),
    shows('empty parts are left out', '?status=,failure,,', ['ruined']),
    shows('a value twice is the value', '?status=failure&status=failure', ['ruined']),
    shows('`partial_success`', '?status=partial_success', ['mixed']),
    shows('`failure`', '?status=failure', ['ruined']),
    shows('`failed` is another word for it in the filter', '?status=failed', ['ruined'], {
      state: 'extended',
      why: 'the page has this word in its prose and the other one in its schema',
    }),
    shows('`processing` does not match what waits or has ended', '?status=processing', []),
    waiting('`queued` matches what waits', '?status=queued', BOTH),
    shows('a word that is no status matches nothing', '?status=nonsense', [], {
      why: 'the schema allows any text; `warnings` in the answer names the word',
    }),
    shows('a word that is no status takes nothing from the others', '?status=nonsense,failure', ['ruined']),
    {
      field: 'warnings',
      rule: 'names the words of the filter that are no status',
      state: 'extended',
      why: 'an empty list alone would look like an answer',
      ask: (world) => world.get(`${PATH}?status=Success`),
      expected: { status: 200, schema: SCHEMA, body: { data: [], warnings: [{ code: 'status_unknown' }] } },
    },
    shows('capital letters are another word', '?status=SUCCESS', []),
    shows('other keys of the query are ignored', '?status=failure&page=7&limit=1', ['ruined']),
    {
      field: 'status',
      rule: 'the client sends a list',
      ask: client(['partial_success', 'failure']),
      expected: {
        status: 200,
        schema: SCHEMA,
        seen: (answer, world) => bucketsIn(world.tasks)(answer).toSorted(),
        is: ['mixed', 'ruined'],
      },
    },
    {
      field: 'status',
      rule: 'the client sends no parameter for an empty list',
      ask: client([]),
      expected: {
        status: 200,
        schema: SCHEMA,
        seen: (answer, world) => bucketsIn(world.tasks)(answer),
        is: [],
      },
    },
    {
      field: 'status',
      rule: 'the client may leave it out',
      ask: client(undefined),
      expected: { status: 200, schema: SCHEMA },
    },
    {
      rule: 'the newest task comes first',
      why: 'no order is published',
      ask: (world) => world.get(`${PATH}?status=success,failure,partial_success`),
      expected: {
        status: 200,
        seen: (answer) => {
          const times = rowsOf(answer).map(({ created_at: time }) => time)
          return times.join() === times.toSorted().toReversed().join()
        },
        is: true,
      },
    },
    {
      rule: 'there are no pages: `data` is all that the answer has',
      why: 'the contract has no pages',
      ask: (world) => world.get(`${PATH}?status=success`),
      expected: { status: 200, seen: ({ body }) => Object.keys(body as object), is: ['data'] },
    },
    {
      field: 'bucket, user_id',
      rule: 'are in every row',
      ask: (world) => world.get(`${PATH}?status=failure`),
      expected: {
        status: 200,
        body: { data: [{ bucket: 'ruined', task_name: 'embed_bucket:ruined', status: 'failure' }] },
        seen: (answer) => rowsOf(answer).every((row) => 'user_id' in row),
        is: true,
      },
    },
    {
      rule: 'tasks of another account are not shown',
      ask: (world) => world.get(`${PATH}?status=failure,partial_success`, { key: 'key-of-two' }),
      expected: { status: 200, body: { data: [] } },
    },
  ],
}
