import { createReadStream } from 'node:fs'
import type { Answer } from '../../rule.ts'
import { all, givenIn, type FormField } from '../ask.ts'
import type { Section } from '../rule.ts'
import { idOf, NOBODY, OTHER_KEY, untilDone, type World } from '../world.ts'
import { notFound } from './notFound.ts'
import { MODEL, refusedAt } from './formV1.ts'

const PATH = '/embed/tasks'

const FILE: FormField = ['video_file', 'a few bytes', 'clip.mp4']

const create = (fields: readonly FormField[]) => (world: World) => world.idle.form(PATH, fields)

const CREATED = { status: 200, schema: 'createdV1' }

const refused = refusedAt(PATH)

const scopes = (...names: string[]): FormField[] => names.map((name) => ['video_embedding_scope', name])

/** A video that was embedded with these fields. */
const done = (fields: readonly FormField[]) => async (world: World) => {
  const created = await world.form(PATH, [
    MODEL,
    ['video_file', world.files.video.bytes, 'clip.mp4'],
    ...fields,
  ])
  return untilDone(() => world.get(`${PATH}/${idOf(created)}`))
}

interface Segment {
  embedding_option: string
  embedding_scope: string
  start_offset_sec: number
}

const segmentsOf = ({ body }: Answer) =>
  (body as { video_embedding: { segments?: Segment[] } }).video_embedding.segments?.map(
    (each) => `${each.embedding_option} ${each.embedding_scope} ${each.start_offset_sec}`,
  )

const READY = { status: 200, schema: 'taskV1', body: { status: 'ready' } }

/** A task of the newer version, which is the same task. */
const pathOf = ({ tasks }: World, name = 'video') => `${PATH}/${tasks[name]}`

export const TASKS_V1: Section = {
  title: 'Embed v1: /embed/tasks',
  method: 'embed.tasks.create, .list, .status, .retrieve, .waitForDone, .createBulk',
  rules: [
    {
      rule: 'POST of a form answers 200 with `_id`',
      ask: create([MODEL, FILE]),
      expected: { ...CREATED, headers: { 'x-embedline-model': 'builtin@1' } },
    },
    {
      rule: 'the client sends a file and every field',
      ask: ({ idle, files }) =>
        idle.client(({ embed }) =>
          embed.tasks.create({
            modelName: 'marengo3.0',
            videoFile: createReadStream(files.still.path),
            videoStartOffsetSec: 1,
            videoEndOffsetSec: 13,
            videoClipLength: 4,
            videoEmbeddingScope: ['clip', 'video'],
          }),
        ),
      expected: CREATED,
    },
    {
      rule: 'the client names a URL',
      ask: (world) =>
        world.client(({ embed }) =>
          embed.tasks.create({ modelName: 'Marengo-retrieval-2.7', videoUrl: `${world.site}/video.mp4` }),
        ),
      expected: CREATED,
    },
    {
      rule: 'the client throws its BadRequestError',
      ask: ({ idle }) => idle.client(({ embed }) => embed.tasks.create({ modelName: 'marengo3.0' })),
      expected: { status: 400, error: 'BadRequestError', names: 'video_url' },
    },
    {
      rule: 'the client creates several',
      ask: (world) =>
        world.client(({ embed }) =>
          embed.tasks.createBulk({
            modelName: 'marengo3.0',
            videos: [{ videoUrl: `${world.site}/video.mp4` }, { videoUrl: `${world.site}/silent.mp4` }],
          }),
        ),
      expected: { ...CREATED, seen: (answer) => (givenIn(answer) as unknown[]).length, is: 2 },
    },
    {
      field: 'video_clip_length',
      rule: 'left out, it is six seconds, of the scope `clip` alone',
      ask: done([]),
      expected: { ...READY, seen: segmentsOf, is: ['visual clip 0', 'audio clip 0'] },
    },
    {
      field: 'video_embedding_scope',
      rule: '`video` beside `clip` has vectors of the whole',
      ask: done([['video_clip_length', '3'], ...scopes('clip', 'video')]),
      expected: {
        ...READY,
        seen: segmentsOf,
        is: [
          ...['visual clip 0', 'audio clip 0', 'visual clip 3', 'audio clip 3'],
          ...['visual video 0', 'audio video 0'],
        ],
      },
    },
    {
      field: 'video_embedding_scope',
      rule: 'values joined by a comma are taken',
      state: 'extended',
      why: 'the page has a repeated key; other clients join',
      ask: create([MODEL, FILE, ...scopes('clip,video')]),
      expected: CREATED,
    },
    {
      field: 'model_name',
      rule: '`Marengo-retrieval-2.7` is taken, and its pictures have the option `visual-text`',
      why: 'clients of that time look for it',
      ask: async (world) => {
        const created = await world.form(PATH, [
          ['model_name', 'Marengo-retrieval-2.7'],
          ['video_file', world.files.silent.bytes, 'clip.mp4'],
        ])
        return untilDone(() => world.get(`${PATH}/${idOf(created)}`))
      },
      expected: { ...READY, seen: segmentsOf, is: ['visual-text clip 0'] },
    },
    refused('model_name', 'missing', [FILE], 'parameter_not_provided'),
    refused('model_name', 'another name', [['model_name', 'marengo9'], FILE]),
    refused('video_url', 'missing, and no file,', [MODEL], 'parameter_not_provided'),
    refused('video_file', 'an empty file', [MODEL, ['video_file', '', 'clip.mp4']]),
    refused('video_file', 'twice', [MODEL, FILE, FILE]),
    refused('video_clip_length', 'one second', [MODEL, FILE, ['video_clip_length', '1']]),
    refused('video_clip_length', 'eleven seconds', [MODEL, FILE, ['video_clip_length', '11']]),
    refused('video_clip_length', 'a word', [MODEL, FILE, ['video_clip_length', 'six']]),
    refused('video_clip_length', 'twice', [
      MODEL,
      FILE,
      ['video_clip_length', '6'],
      ['video_clip_length', '6'],
    ]),
    refused(
      'video_end_offset_sec',
      'missing beside a start',
      [MODEL, FILE, ['video_start_offset_sec', '1']],
      'parameter_not_provided',
    ),
    refused(
      'video_start_offset_sec',
      'missing beside an end',
      [MODEL, FILE, ['video_end_offset_sec', '9']],
      'parameter_not_provided',
    ),
    refused('video_end_offset_sec', 'less than a clip after the start', [
      MODEL,
      FILE,
      ['video_start_offset_sec', '1'],
      ['video_end_offset_sec', '6'],
    ]),
    refused(
      'video_embedding_scope',
      '`asset`, the word of Embed v2,',
      [MODEL, FILE, ...scopes('asset')],
      'parameter_invalid',
      'video_embedding_scope[0]',
    ),
    refused('engine', 'an unknown field', [MODEL, FILE, ['engine', 'x']], 'parameter_unknown'),
    {
      field: 'body',
      rule: 'JSON instead of a form is 400',
      ask: ({ idle }) =>
        idle.post(PATH, { model_name: 'marengo3.0', video_url: 'https://example.com/a.mp4' }),
      expected: { status: 400, code: 'parameter_invalid' },
    },
    {
      field: 'video_url',
      rule: 'goes before a file that comes with it',
      ask: async (world) => {
        const created = await world.form(PATH, [MODEL, FILE, ['video_url', `${world.site}/video.mp4`]])
        return world.get(`${PATH}/${idOf(created)}/status`)
      },
      expected: {
        status: 200,
        schema: 'taskV1',
        seen: ({ body }, { site }) =>
          (
            body as { video_embedding: { metadata: { input_url: string } } }
          ).video_embedding.metadata.input_url.replace(site, ''),
        is: '/video.mp4',
      },
    },
    {
      rule: 'GET of `/status` has the state and the metadata, and no segments',
      ask: (world) => world.get(`${pathOf(world)}/status`),
      expected: { ...READY, seen: segmentsOf, is: undefined },
    },
    {
      rule: 'GET of a task that is processed has no segments',
      ask: ({ idle }) => idle.get(`${PATH}/${idle.tasks[0]}`),
      expected: {
        status: 200,
        schema: 'taskV1',
        body: { status: 'processing' },
        seen: segmentsOf,
        is: undefined,
      },
    },
    {
      field: 'embedding_option',
      rule: 'has the segments of one option',
      ask: (world) => world.get(`${pathOf(world)}?embedding_option=audio`),
      expected: { ...READY, seen: segmentsOf, is: ['audio clip 0', 'audio clip 3', 'audio video 0'] },
    },
    {
      field: 'embedding_option',
      rule: 'the key repeated has several',
      ask: (world) => world.get(`${pathOf(world)}?embedding_option=audio&embedding_option=visual`),
      expected: { ...READY, seen: (answer) => segmentsOf(answer)?.length, is: 6 },
    },
    {
      field: 'embedding_option',
      rule: 'a word that is none is 400',
      ask: (world) => world.get(`${pathOf(world)}?embedding_option=smell`),
      expected: { status: 400, code: 'parameter_invalid', names: 'embedding_option[0]' },
    },
    {
      rule: 'tasks of Embed v2 are here too',
      state: 'extended',
      why: 'there is one queue; the pages do not say',
      ask: (world) => world.get(pathOf(world)),
      expected: READY,
    },
    {
      rule: 'GET without an id has a page, newest first, without segments',
      ask: (world) => world.get(`${PATH}?page_limit=3`),
      expected: { status: 200, schema: 'tasksV1', seen: ({ text }) => text.includes('"float":'), is: false },
    },
    {
      field: 'page',
      rule: 'past the end is 200 with an empty list',
      ask: (world) => world.get(`${PATH}?page=1000`),
      expected: { status: 200, schema: 'tasksV1', body: { data: [] } },
    },
    {
      field: 'page_limit',
      rule: 'fifty-one is 400',
      ask: (world) => world.get(`${PATH}?page_limit=51`),
      expected: { status: 400, code: 'parameter_invalid', names: 'page_limit' },
    },
    {
      rule: 'the client walks page by page',
      ask: (world) => world.client(({ embed }) => all(embed.tasks.list({ status: 'failed', pageLimit: 1 }))),
      expected: { status: 200, schema: 'tasksV1', body: { data: [] } },
    },
    {
      rule: 'the client gets the state',
      ask: (world) => world.client(({ embed }) => embed.tasks.status(world.tasks['video'] ?? '')),
      expected: READY,
    },
    {
      rule: 'the client gets the segments of an option',
      ask: (world) =>
        world.client(({ embed }) =>
          embed.tasks.retrieve(world.tasks['video'] ?? '', { embeddingOption: ['visual'] }),
        ),
      expected: { ...READY, seen: segmentsOf, is: ['visual clip 0', 'visual clip 3', 'visual video 0'] },
    },
    {
      rule: 'the client waits until a task is done',
      ask: (world) =>
        world.client(({ embed }) =>
          embed.tasks.waitForDone(world.tasks['video'] ?? '', { sleepInterval: 0.1 }),
        ),
      expected: READY,
    },
    ...notFound('task_id', 'GET', (id) => `${PATH}/${id}`),
    {
      field: 'task_id',
      rule: 'the id of another account is 404',
      ask: (world) => world.get(pathOf(world), { key: OTHER_KEY }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      field: 'task_id',
      rule: 'the client throws its TwelvelabsApiError for an unknown id',
      state: 'differs',
      why: 'the pages declare 400 for it; 404 is what it is',
      ask: (world) => world.client(({ embed }) => embed.tasks.status(NOBODY)),
      expected: { status: 404, error: 'TwelvelabsApiError' },
    },
  ],
}
