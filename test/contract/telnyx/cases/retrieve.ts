import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import type { World } from '../world.ts'

const retrieve = (bucket: string) => (world: World) => world.get(`/embeddings/${world.tasks[bucket]}`)

const ended = (bucket: string, status: string, rule: string, more: object = {}): Rule => ({
  field: 'status',
  rule,
  ask: retrieve(bucket),
  expected: { status: 200, schema: 'bucketTask.json', body: { data: { status, ...more } } },
})

const unknown = (rule: string, path: string): Rule => ({
  field: 'task_id',
  rule: `${rule} is 404 in the gateway's envelope`,
  ask: (world) => world.get(path),
  expected: { status: 404, schema: 'gateway', code: '10005' },
})

const dataOf = ({ body }: Answer) => (body as { data: Record<string, unknown> }).data

export const RETRIEVE: Section = {
  title: 'GET /v2/ai/embeddings/{task_id}',
  method: 'ai.embeddings.retrieve',
  rules: [
    ended('handbook', 'success', 'a bucket of which every file was embedded is `success`', {
      files_done: 5,
      files_failed: 0,
    }),
    ended(
      'mixed',
      'partial_success',
      'a bucket of which some files could not be embedded is `partial_success`',
      {
        files_done: 1,
        files_failed: 1,
      },
    ),
    ended('ruined', 'failure', 'a bucket of which no file could be embedded is `failure`', {
      files_failed: 1,
    }),
    ended('empty', 'success', 'an empty bucket is `success`', { files_total: 0 }),
    {
      field: 'status',
      rule: 'a task that waits is `queued`',
      ask: (world) => world.idle.get(`/embeddings/${world.idle.tasks['waiting-a']}`),
      expected: { status: 200, schema: 'bucketTask.json', body: { data: { status: 'queued' } } },
    },
    {
      field: 'finished_at',
      rule: 'is left out until the task has ended: only the answer to a create has null',
      ask: (world) => world.idle.get(`/embeddings/${world.idle.tasks['waiting-a']}`),
      expected: { status: 200, seen: (answer) => 'finished_at' in dataOf(answer), is: false },
    },
    {
      field: 'finished_at',
      rule: 'is an RFC 3339 time in UTC once the task has ended, not before it was created',
      ask: retrieve('handbook'),
      expected: {
        status: 200,
        seen: (answer) => {
          const { created_at: created, finished_at: finished } = dataOf(answer)
          return String(finished).endsWith('Z') && String(finished) >= String(created)
        },
        is: true,
      },
    },
    {
      field: 'user_id',
      rule: 'is not there, as the contract has it only in the other answers',
      ask: retrieve('handbook'),
      expected: { status: 200, seen: (answer) => 'user_id' in dataOf(answer), is: false },
    },
    {
      field: 'error_reason',
      rule: 'says by a word of a closed list why a task failed',
      state: 'extended',
      why: 'the contract has no word on it',
      ask: retrieve('ruined'),
      expected: { status: 200, body: { data: { error_reason: 'unsupported_type' } } },
    },
    {
      field: 'progress',
      rule: 'says how many files are done, also while the task runs; its `fraction` is 1 exactly when the task has ended',
      state: 'extended',
      why: 'the contract has no word on how far a task is',
      ask: retrieve('mixed'),
      expected: {
        status: 200,
        body: {
          data: {
            progress: {
              fraction: 1,
              items_total: 2,
              items_done: 1,
              items_failed: 1,
              items_skipped: 0,
              items_per_sec: null,
              eta_sec: 0,
            },
          },
        },
      },
    },
    {
      field: 'progress',
      rule: 'is 0 of an unknown number while a task waits',
      state: 'extended',
      why: 'the contract has no word on how far a task is',
      ask: (world) => world.idle.get(`/embeddings/${world.idle.tasks['waiting-a']}`),
      expected: { status: 200, body: { data: { progress: { fraction: 0, items_total: null } } } },
    },
    {
      rule: 'the client gets the same',
      ask: (world) => world.client((client) => client.ai.embeddings.retrieve(world.tasks['handbook'] ?? '')),
      expected: { status: 200, schema: 'bucketTask.json', body: { data: { status: 'success' } } },
    },
    {
      rule: 'HEAD has the headers and no body',
      ask: (world) => world.send('HEAD', `/embeddings/${world.tasks['handbook']}`),
      expected: {
        status: 200,
        headers: { 'x-embedline-model': 'builtin@1' },
        seen: ({ text }) => text,
        is: '',
      },
    },
    unknown('an unknown id', '/embeddings/0199a1b2-0000-7000-8000-000000000000'),
    unknown('what is no UUID', '/embeddings/some-task'),
    unknown('what is decoded to a path', '/embeddings/odd%20name%2Fslash%3Fx=1'),
    unknown('what is decoded once to something that could be decoded again', '/embeddings/%2562uckets'),
    unknown('a NUL character', '/embeddings/%00'),
    unknown('what cannot be decoded', '/embeddings/%zz'),
    unknown('an id of 3,000 characters', `/embeddings/${'x'.repeat(3000)}`),
    unknown("no id at all, as `retrieve('')` asks for,", '/embeddings/'),
    unknown('an id with another path after it', '/embeddings/some-task/cancel'),
    {
      field: 'task_id',
      rule: 'the id of another account is 404',
      ask: (world) => world.get(`/embeddings/${world.tasks['handbook']}`, { key: 'key-of-two' }),
      expected: { status: 404, schema: 'gateway', code: '10005' },
    },
    {
      field: 'task_id',
      rule: 'the client throws its NotFoundError',
      ask: (world) => world.client((client) => client.ai.embeddings.retrieve('some/task?x=1')),
      expected: { status: 404, error: 'NotFoundError' },
    },
    {
      field: 'task_id',
      rule: 'the client throws its NotFoundError for an empty id too',
      ask: (world) => world.client((client) => client.ai.embeddings.retrieve('')),
      expected: { status: 404, error: 'NotFoundError' },
    },
  ],
}
