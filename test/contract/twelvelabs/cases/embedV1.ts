import { createReadStream } from 'node:fs'
import type { Answer } from '../../rule.ts'
import type { FormField } from '../ask.ts'
import type { Section } from '../rule.ts'
import type { World } from '../world.ts'
import { MODEL, refusedAt } from './formV1.ts'

const EMBEDDED = { status: 200, schema: 'embeddingsV1' }

const refusedNow = refusedAt('/embed')

const embed =
  (fieldsOf: (world: World) => readonly FormField[]) =>
  (world: World): Promise<Answer> =>
    world.form('/embed', [MODEL, ...fieldsOf(world)])

export const EMBED_V1: Section = {
  title: 'Embed v1: POST /embed',
  method: 'embed.create',
  rules: [
    {
      field: 'text',
      rule: 'has one segment of 512 numbers',
      ask: embed(() => [['text', 'a dog on the beach']]),
      expected: {
        ...EMBEDDED,
        seen: ({ body }) =>
          (body as { text_embedding: { segments: { float: number[] }[] } }).text_embedding.segments.map(
            ({ float }) => float.length,
          ),
        is: [512],
      },
    },
    {
      field: 'image_file',
      rule: 'has one segment',
      ask: embed(({ files }) => [['image_file', files.still.bytes, 'still.png']]),
      expected: { ...EMBEDDED, body: { image_embedding: { metadata: { input_filename: 'still.png' } } } },
    },
    {
      field: 'image_url',
      rule: 'is fetched',
      ask: embed(({ site }) => [['image_url', `${site}/still.png`]]),
      expected: { ...EMBEDDED, body: { image_embedding: { segments: [{}] } } },
    },
    {
      field: 'audio_file, audio_start_offset_sec',
      rule: 'has segments of six seconds from there on',
      why: 'the contract names no length',
      ask: embed(({ files }) => [
        ['audio_file', files.sound.bytes, 'tone.wav'],
        ['audio_start_offset_sec', '2'],
      ]),
      expected: {
        ...EMBEDDED,
        body: { audio_embedding: { segments: [{ start_offset_sec: 2, end_offset_sec: 6 }] } },
      },
    },
    {
      field: 'text, image_file',
      rule: 'may come together',
      ask: embed(({ files }) => [
        ['image_file', files.still.bytes, 'still.png'],
        ['text', 'coloured bars'],
      ]),
      expected: {
        ...EMBEDDED,
        body: { text_embedding: { segments: [{}] }, image_embedding: { segments: [{}] } },
      },
    },
    {
      rule: 'the client embeds a text',
      ask: (world) => world.client(({ embed: v1 }) => v1.create({ modelName: 'marengo3.0', text: 'a dog' })),
      expected: EMBEDDED,
    },
    {
      rule: 'the client embeds a picture from a file',
      ask: (world) =>
        world.client(({ embed: v1 }) =>
          v1.create({ modelName: 'marengo3.0', imageFile: createReadStream(world.files.still.path) }),
        ),
      expected: EMBEDDED,
    },
    {
      rule: 'the client throws its BadRequestError',
      ask: (world) => world.client(({ embed: v1 }) => v1.create({ modelName: 'marengo3.0' })),
      expected: { status: 400, error: 'BadRequestError', names: 'text' },
    },
    refusedNow('model_name', 'missing', [['text', 'a']], 'parameter_not_provided'),
    refusedNow('text', 'nothing to embed', [MODEL], 'parameter_not_provided'),
    refusedNow('text', 'an empty text', [MODEL, ['text', '']]),
    refusedNow('text', '501 tokens', [MODEL, ['text', 'word '.repeat(501)]]),
    refusedNow('audio_start_offset_sec', 'without a sound', [
      MODEL,
      ['text', 'a'],
      ['audio_start_offset_sec', '1'],
    ]),
    refusedNow(
      'video_file',
      'a file that is for tasks',
      [MODEL, ['video_file', 'x', 'x.mp4']],
      'parameter_unknown',
    ),
    {
      field: 'image_file',
      rule: 'what is no picture is 400',
      ask: embed(() => [['image_file', 'x', 'x.png']]),
      expected: { status: 400, code: 'parameter_invalid', names: 'image_file' },
    },
  ],
}
