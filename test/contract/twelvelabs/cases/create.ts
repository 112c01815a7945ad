import { givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, NOBODY, TASKS } from '../world.ts'
import { bodies } from './createBody.ts'
import { audioBody, FEW, MISSING, UNKNOWN, videoBody, send, taken, refused } from './createRequest.ts'
import { sources } from './createSources.ts'
import { options, segments, times } from './createVectors.ts'

const answers: Rule[] = [
  {
    rule: 'answers 202 with `_id`, `status` and `data: null`',
    ask: send(videoBody()),
    expected: { status: 202, schema: 'task.json', body: { status: 'processing', data: null } },
  },
  {
    field: '_id',
    rule: 'is 24 hexadecimal digits',
    why: 'all examples of the pages look so',
    ask: send(videoBody()),
    expected: { status: 202, schema: 'created' },
  },
  {
    field: 'Location',
    rule: 'has the address of the task, at the server as the caller wrote it',
    ask: send(videoBody()),
    expected: {
      status: 202,
      seen: (answer, { idle }) => answer.headers.location === `${idle.url}/v1.3${TASKS}/${idOf(answer)}`,
      is: true,
    },
  },
  {
    field: 'created_at, updated_at, model_name, model, warnings',
    rule: 'are there too',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: send(videoBody()),
    expected: {
      status: 202,
      body: { model_name: 'marengo3.0', model: { id: 'builtin', revision: '1' } },
      headers: { 'x-embedline-model': 'builtin@1' },
    },
  },
  {
    field: 'progress',
    rule: 'is there too, and says that nothing is known yet',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: send(videoBody()),
    expected: {
      status: 202,
      body: {
        progress: { fraction: 0, items_total: null, items_done: 0, media_total_sec: null, eta_sec: null },
      },
    },
  },
  {
    field: 'warnings',
    rule: 'says so when the built-in model stands in for the one that was named',
    state: 'extended',
    why: 'the weights of Marengo are not published; `model` says what embeds instead',
    ask: send(videoBody()),
    expected: { status: 202, body: { warnings: [{ code: 'builtin_model' }] } },
  },
  {
    rule: 'the client gets the same',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: { mediaSource: { base64String: 'QUJD' } },
        }),
      ),
    expected: { status: 202, schema: 'created', seen: (answer) => Boolean(givenIn(answer)), is: true },
  },
  {
    rule: 'the client may send every field of a video',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: {
            mediaSource: { base64String: 'QUJD' },
            startSec: 0,
            endSec: 12,
            segmentation: { strategy: 'fixed', fixed: { durationSec: 6 } },
            embeddingOption: ['visual', 'audio', 'transcription'],
            embeddingScope: ['clip', 'asset'],
            embeddingType: ['separate_embedding', 'fused_embedding'],
          },
        }),
      ),
    expected: { status: 202, schema: 'created' },
  },
  {
    rule: 'the client may send every field of a sound',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'audio',
          modelName: 'marengo3.0',
          audio: {
            mediaSource: { base64String: 'QUJD' },
            startSec: 1.5,
            endSec: 12,
            segmentation: { strategy: 'fixed', fixed: { durationSec: 2 } },
            embeddingOption: ['audio', 'transcription'],
            embeddingScope: ['clip'],
            embeddingType: ['fused_embedding'],
          },
        }),
      ),
    expected: { status: 202, schema: 'created' },
  },
  {
    rule: 'the client throws its BadRequestError, with the parameter in the body',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: { mediaSource: { assetId: NOBODY } },
        }),
      ),
    expected: { status: 400, error: 'BadRequestError', names: 'video.media_source.asset_id' },
  },
  {
    rule: 'the client makes one request for what is refused: it is not tried again',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: { mediaSource: {} },
        }),
      ),
    expected: { status: 400, error: 'BadRequestError', headers: { requests: '1' } },
  },
]

const top: Rule[] = [
  refused('input_type', 'missing', { video: { media_source: FEW } }, { code: MISSING }),
  refused('input_type', 'null', videoBody({}, { input_type: null }), { code: MISSING }),
  refused('input_type', 'a number', videoBody({}, { input_type: 7 })),
  refused('input_type', 'a list', videoBody({}, { input_type: ['video'] })),
  refused('input_type', 'a word that is none', videoBody({}, { input_type: 'smell' })),
  refused('input_type', 'capital letters', videoBody({}, { input_type: 'VIDEO' })),
  refused('input_type', '`text`, which is embedded at once alone,', { input_type: 'text' }),
  refused('input_type', '`image` without `marengo3.5`', { input_type: 'image' }),
  refused('input_type', '`document` without `marengo3.5`', { input_type: 'document' }),
  taken('model_name', 'left out, it is `marengo3.0`', videoBody(), {
    why: 'the pages list it as required and give it a default',
    expected: { status: 202, body: { model_name: 'marengo3.0' } },
  }),
  taken('model_name', 'null is the same as left out', videoBody({}, { model_name: null })),
  taken('model_name', 'an id of a model of this server is taken', videoBody({}, { model_name: 'builtin' }), {
    state: 'extended',
    why: 'it is the honest name',
    expected: { status: 202, body: { model_name: 'builtin' } },
  }),
  refused('model_name', 'another name', videoBody({}, { model_name: 'marengo9' })),
  refused('model_name', 'a name of the other dialect', videoBody({}, { model_name: 'thenlper/gte-large' })),
  refused('model_name', 'an empty text', videoBody({}, { model_name: '' })),
  refused('model_name', 'a number', videoBody({}, { model_name: 3 })),
  refused('video', 'missing', { input_type: 'video' }, { code: MISSING }),
  refused('video', 'null', { input_type: 'video', video: null }, { code: MISSING }),
  refused('video', 'a text', { input_type: 'video', video: 'clip.mp4' }),
  refused('audio', 'missing', { input_type: 'audio' }, { code: MISSING }),
  refused('audio', 'beside `video`', videoBody({}, { audio: { media_source: FEW } })),
  refused('video', 'beside `audio`', { ...audioBody(), video: { media_source: FEW } }),
  taken('audio, image, document', 'null is the same as left out', {
    ...videoBody(),
    audio: null,
    image: null,
    document: null,
    embedding_uncertainty: null,
    embedding_dimension: null,
  }),
  refused('priority', 'an unknown key', videoBody({}, { priority: 1 }), { code: UNKNOWN }),
  refused('video.codec', 'an unknown key further down', videoBody({ codec: 'av1' }), { code: UNKNOWN }),
  refused('Video', 'a known key in capital letters', { ...videoBody(), Video: {} }, { code: UNKNOWN }),
  refused(
    '__proto__',
    'a key that means something to JavaScript',
    '{"input_type":"video","video":{"media_source":{"base64_string":"QUJD"}},"__proto__":{}}',
    { code: UNKNOWN },
  ),
  refused('embedding_uncertainty', 'true', videoBody({}, { embedding_uncertainty: true }), {
    why: '`marengo3.5` has it',
  }),
  taken('embedding_uncertainty', 'false is taken', videoBody({}, { embedding_uncertainty: false })),
  refused('embedding_dimension', 'a number', videoBody({}, { embedding_dimension: 256 }), {
    why: '`marengo3.5` has it',
  }),
]

export const CREATE: Section = {
  title: 'POST /embed-v2/tasks',
  method: 'embed.v2.tasks.create',
  rules: [...answers, ...top, ...sources, ...times, ...segments, ...options, ...bodies],
}
