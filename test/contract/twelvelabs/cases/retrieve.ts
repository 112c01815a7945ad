import type { Answer } from '../../rule.ts'
import { givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, NOBODY, OTHER_KEY, TASKS, type World } from '../world.ts'
import { notFound } from './notFound.ts'

interface Item {
  embedding: number[]
  embedding_option: string
  embedding_scope: string
  start_sec: number
  end_sec: number
}

const itemsOf = ({ body }: Answer) => (body as { data: Item[] }).data

const places = (answer: Answer) =>
  itemsOf(answer).map(
    (each) => `${each.embedding_option} ${each.embedding_scope} ${each.start_sec}-${each.end_sec}`,
  )

/** A task that has ended. */
const ended = (name: string) => (world: World) => world.get(`${TASKS}/${world.tasks[name]}`)

const READY = { status: 200, schema: 'task.json', body: { status: 'ready' } }

const first = (world: World) => world.idle.get(`${TASKS}/${world.idle.tasks[0]}`)

const rules: Rule[] = [
  {
    field: 'status',
    rule: 'a task that waits or is worked on is `processing`, its `data` is null, and it has no `metadata`',
    ask: first,
    expected: {
      status: 200,
      schema: 'task.json',
      body: { status: 'processing', data: null },
      seen: ({ body }) => 'metadata' in (body as object),
      is: false,
    },
  },
  { field: 'status', rule: 'a video that is done is `ready`', ask: ended('video'), expected: READY },
  { field: 'status', rule: 'a sound that is done is `ready`', ask: ended('sound'), expected: READY },
  {
    field: 'status',
    rule: 'what is no media is `failed`, its `data` is null, and `error.message` says why',
    ask: ended('failed'),
    expected: {
      status: 200,
      schema: 'task.json',
      body: { status: 'failed', data: null },
      seen: ({ body }) => (body as { error: { message: string } }).error.message.length > 10,
      is: true,
    },
  },
  {
    field: 'error.code',
    rule: 'of a failed task is a word for programs',
    state: 'extended',
    why: 'the contract has a sentence only, and its words change',
    ask: ended('failed'),
    expected: { status: 200, body: { error: { code: 'media_unreadable' } } },
  },
  {
    field: 'created_at, updated_at',
    rule: 'are RFC 3339 times in UTC with milliseconds, also while the task is processed',
    ask: first,
    expected: {
      status: 200,
      seen: ({ body }) =>
        ['created_at', 'updated_at'].every((key) =>
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test((body as Record<string, string>)[key] ?? ''),
        ),
      is: true,
    },
  },
  {
    field: 'data',
    rule: 'has clips before the whole, by their start, the options in the order of the contract, `fused` last',
    why: 'no order is published',
    ask: ended('video'),
    expected: {
      status: 200,
      seen: places,
      is: [
        ...['visual clip 0-3', 'audio clip 0-3', 'fused clip 0-3'],
        ...['visual clip 3-6', 'audio clip 3-6', 'fused clip 3-6'],
        ...['visual asset 0-6', 'audio asset 0-6', 'fused asset 0-6'],
      ],
    },
  },
  {
    field: 'data[].embedding',
    rule: 'has 512 numbers',
    ask: ended('video'),
    expected: {
      status: 200,
      seen: (answer) => [...new Set(itemsOf(answer).map(({ embedding }) => embedding.length))],
      is: [512],
    },
  },
  {
    field: 'data[].embedding',
    rule: 'is of unit length',
    why: 'no page says so; under cosine it changes nothing',
    ask: ended('video'),
    expected: {
      status: 200,
      seen: (answer) =>
        itemsOf(answer).every(({ embedding }) => Math.abs(Math.hypot(...embedding) - 1) < 1e-5),
      is: true,
    },
  },
  {
    field: 'data[].space',
    rule: 'says with which other vectors it may be compared',
    state: 'extended',
    why: 'the built-in model has a space for each kind; Marengo has one for all',
    ask: ended('sound'),
    expected: {
      status: 200,
      seen: ({ body }) => (body as { data: { space: unknown }[] }).data.every(({ space }) => Boolean(space)),
      is: true,
    },
  },
  {
    field: 'metadata',
    rule: 'of a video has what was asked for, `clip_length` for fixed segments, and the duration',
    ask: ended('video'),
    expected: {
      status: 200,
      body: {
        metadata: {
          input_type: 'video',
          input_filename: 'video-1',
          clip_length: 3,
          embedding_scopes: ['clip', 'asset'],
          embedding_options: ['visual', 'audio'],
          start_offset_sec: 0,
        },
      },
    },
  },
  {
    field: 'metadata.clip_length',
    rule: 'is left out for dynamic segments',
    ask: ended('silent'),
    expected: {
      status: 200,
      seen: ({ body }) => 'clip_length' in (body as { metadata: object }).metadata,
      is: false,
    },
  },
  {
    field: 'metadata',
    rule: 'of a sound has no `clip_length`',
    ask: ended('sound'),
    expected: {
      status: 200,
      body: { metadata: { input_type: 'audio', embedding_options: ['audio'], duration: 6 } },
      seen: ({ body }) => 'clip_length' in (body as { metadata: object }).metadata,
      is: false,
    },
  },
  {
    field: 'start_sec, end_sec',
    rule: 'count from the beginning of the file, also when a part of it was asked for',
    why: 'the pages do not say which',
    ask: (world) =>
      world.video({
        start_sec: 2,
        end_sec: 6,
        segmentation: { strategy: 'fixed', fixed: { duration_sec: 2 } },
        embedding_option: ['visual'],
      }),
    expected: { ...READY, seen: places, is: ['visual clip 2-4', 'visual clip 4-6', 'visual asset 2-6'] },
  },
  {
    rule: 'a rest of less than two seconds at the end is left out',
    why: 'the pages say both this and the opposite',
    ask: (world) =>
      world.video({
        segmentation: { strategy: 'fixed', fixed: { duration_sec: 5 } },
        embedding_option: ['visual'],
        embedding_scope: ['clip'],
      }),
    expected: { ...READY, seen: places, is: ['visual clip 0-5'] },
  },
  {
    field: 'embedding_type',
    rule: 'with `fused_embedding` alone there are no separate vectors',
    ask: (world) =>
      world.video({
        segmentation: { strategy: 'fixed', fixed: { duration_sec: 6 } },
        embedding_option: ['visual', 'audio'],
        embedding_type: ['fused_embedding'],
        embedding_scope: ['clip'],
      }),
    expected: { ...READY, seen: places, is: ['fused clip 0-6'] },
  },
  {
    field: 'model_name, model, warnings',
    rule: 'are there too',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: ended('video'),
    expected: {
      status: 200,
      body: { model_name: 'marengo3.0', model: { id: 'builtin' }, warnings: [{ code: 'builtin_model' }] },
      headers: { 'x-embedline-model': 'builtin@1' },
    },
  },
  {
    field: 'reused_from',
    rule: 'names the task from which the vectors were taken, when one of equal bytes, settings and model was ready',
    state: 'extended',
    why: 'nothing is embedded twice; `X-Embedline-Reuse: no`, or `--reuse off`, embeds anew',
    ask: async (world) => {
      const again = () => world.video({ segmentation: { strategy: 'fixed', fixed: { duration_sec: 2 } } })
      const first = await again()
      const second = await again()
      const same = (second.body as { reused_from?: string }).reused_from === idOf(first)
      return { ...second, headers: { ...second.headers, same: String(same) } }
    },
    expected: { ...READY, headers: { same: 'true' } },
  },
  {
    field: 'progress',
    rule: 'says how much of the items and of the seconds is done; its `fraction` is 1 exactly when the task has ended',
    state: 'extended',
    why: 'the contract has no word on how far a task is',
    ask: ended('video'),
    expected: {
      status: 200,
      body: {
        progress: {
          fraction: 1,
          items_total: 1,
          items_done: 1,
          items_failed: 0,
          items_skipped: 0,
          media_total_sec: 6,
          media_done_sec: 6,
          items_per_sec: null,
          eta_sec: 0,
        },
      },
    },
  },
  {
    rule: 'the client gets the same, with dates',
    ask: (world) => world.client(({ embed }) => embed.v2.tasks.retrieve(world.tasks['video'] ?? '')),
    expected: {
      ...READY,
      seen: (answer) => (givenIn(answer) as { createdAt: unknown }).createdAt instanceof Date,
      is: true,
    },
  },
  {
    rule: 'the client can read a failed task',
    ask: (world) => world.client(({ embed }) => embed.v2.tasks.retrieve(world.tasks['failed'] ?? '')),
    expected: {
      status: 200,
      schema: 'task.json',
      seen: (answer) => (givenIn(answer) as { error?: { message?: string } }).error?.message !== undefined,
      is: true,
    },
  },
  {
    rule: 'the client can read a task that is processed',
    ask: (world) => world.idle.client(({ embed }) => embed.v2.tasks.retrieve(world.idle.tasks[0] ?? '')),
    expected: { status: 200, schema: 'task.json', body: { status: 'processing' } },
  },
  {
    field: 'Accept-Encoding',
    rule: 'with `gzip` the answer is compressed',
    ask: (world) =>
      world.get(`${TASKS}/${world.tasks['video']}`, { headers: { 'accept-encoding': 'gzip, deflate' } }),
    expected: { status: 200, headers: { 'content-encoding': 'gzip' } },
  },
  {
    rule: 'HEAD has the headers and no body',
    ask: (world) => world.send('HEAD', `${TASKS}/${world.tasks['video']}`),
    expected: { status: 200, seen: ({ text }) => text, is: '' },
  },
  {
    rule: 'a slash at the end changes nothing',
    ask: (world) => world.get(`${TASKS}/${world.tasks['sound']}/`),
    expected: READY,
  },
  {
    field: 'task_id',
    rule: 'may be percent-encoded, and is decoded once',
    ask: (world) => {
      const [head = '', ...rest] = world.tasks['sound'] ?? ''
      return world.get(`${TASKS}/%${head.charCodeAt(0).toString(16)}${rest.join('')}`)
    },
    expected: READY,
  },
  ...notFound('task_id', 'GET', (id) => `${TASKS}/${id}`),
  {
    field: 'task_id',
    rule: 'the id of another account is 404',
    ask: (world) => world.get(`${TASKS}/${world.tasks['video']}`, { key: OTHER_KEY }),
    expected: { status: 404, code: 'resource_not_exist' },
  },
  {
    field: 'task_id',
    rule: 'the id of an asset is 404',
    ask: (world) => world.get(`${TASKS}/${world.assets['video']}`),
    expected: { status: 404, code: 'resource_not_exist' },
  },
  {
    field: 'task_id',
    rule: 'an id with another path after it is 404',
    ask: (world) => world.get(`${TASKS}/${world.tasks['video']}/status`),
    expected: { status: 404, code: 'resource_not_exist' },
  },
  {
    field: 'task_id',
    rule: 'the client throws its NotFoundError',
    ask: (world) => world.client(({ embed }) => embed.v2.tasks.retrieve(NOBODY)),
    expected: { status: 404, error: 'NotFoundError' },
  },
  {
    field: 'task_id',
    rule: 'the client throws it for what is no id too',
    ask: (world) => world.client(({ embed }) => embed.v2.tasks.retrieve('a/b c')),
    expected: { status: 404, error: 'NotFoundError' },
  },
]

export const RETRIEVE: Section = {
  title: 'GET /embed-v2/tasks/{task_id}',
  method: 'embed.v2.tasks.retrieve',
  rules,
}
