import { createReadStream } from 'node:fs'
import { givenIn, type FormField, type SendOptions } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import type { World } from '../world.ts'

const PATH = '/assets'

const DIRECT: FormField = ['method', 'direct']
const FILE: FormField = ['file', 'a few bytes', 'clip.mp4']

const send =
  (fields: readonly FormField[], options: SendOptions = {}) =>
  (world: World) =>
    world.idle.form(PATH, fields, options)

const CREATED = { status: 201, schema: 'asset' }

const taken = (
  field: string | undefined,
  rule: string,
  fields: readonly FormField[],
  body: object,
  more: Partial<Rule> = {},
): Rule => ({
  ...(field !== undefined && { field }),
  rule,
  ask: send(fields),
  expected: { ...CREATED, body },
  ...more,
})

interface Refused extends Partial<Rule> {
  code?: string
  names?: string
}

const refused = (
  field: string,
  rule: string,
  fields: readonly FormField[],
  { code = 'parameter_invalid', names = field, ...more }: Refused = {},
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: send(fields),
  expected: { status: 400, code, names },
  ...more,
})

const MISSING = 'parameter_not_provided'
const UNKNOWN = 'parameter_unknown'

const notForm = (rule: string, options: SendOptions): Rule => ({
  field: 'body',
  rule: `${rule} is 400`,
  ask: (world) => world.idle.send('POST', PATH, options),
  expected: { status: 400, code: 'parameter_invalid' },
})

export const CREATE_ASSET: Section = {
  title: 'POST /assets',
  method: 'assets.create',
  rules: [
    taken(undefined, 'answers 201 with the asset, whose `status` is `processing`', [DIRECT, FILE], {
      method: 'direct',
      status: 'processing',
      filename: 'clip.mp4',
    }),
    {
      rule: 'the client streams a file, in chunks and without its length',
      ask: (world) =>
        world.idle.client(({ assets }) =>
          assets.create({ method: 'direct', file: createReadStream(world.files.still.path) }),
        ),
      expected: {
        ...CREATED,
        seen: (answer) => (givenIn(answer) as { createdAt: unknown }).createdAt instanceof Date,
        is: true,
      },
    },
    {
      rule: 'the client may send every field',
      ask: (world) =>
        world.idle.client(({ assets }) =>
          assets.create({
            method: 'direct',
            file: createReadStream(world.files.still.path),
            filename: 'Überfall.png',
            enableHls: false,
            enableThumbnail: true,
            userMetadata: JSON.stringify({ take: 3, good: true }),
          }),
        ),
      expected: { ...CREATED, body: { filename: 'Überfall.png', user_metadata: { take: 3, good: true } } },
    },
    {
      rule: 'the client may name a URL',
      ask: (world) =>
        world.client(({ assets }) => assets.create({ method: 'url', url: `${world.site}/still.png` })),
      expected: { ...CREATED, body: { method: 'url', filename: 'still.png' } },
    },
    {
      rule: 'the client throws its BadRequestError after its file was read, and asks once',
      ask: (world) =>
        world.idle.client(({ assets }) =>
          assets.create({
            method: 'direct',
            file: createReadStream(world.files.still.path),
            userMetadata: '{',
          }),
        ),
      expected: {
        status: 400,
        error: 'BadRequestError',
        names: 'user_metadata',
        headers: { requests: '1' },
      },
    },
    taken(
      'filename',
      'may come after the file, and goes before its name',
      [DIRECT, FILE, ['filename', 'own.mp4']],
      {
        filename: 'own.mp4',
      },
    ),
    taken('method', 'may come after the file', [FILE, DIRECT], { method: 'direct' }),
    taken('file', 'its content type is not trusted', [DIRECT, ['file', 'x', 'clip.mp4', 'text/html']], {
      filename: 'clip.mp4',
    }),
    taken('file', 'may be empty; the asset fails later', [DIRECT, ['file', '', 'clip.mp4']], {}),
    taken('file', 'may have a name of other letters', [DIRECT, ['file', 'x', '日本 🐕.mp4']], {
      filename: '日本 🐕.mp4',
    }),
    {
      field: 'body',
      rule: 'a form in chunks, without its length, is taken',
      ask: send([DIRECT, FILE], { headers: { 'transfer-encoding': 'chunked' } }),
      expected: CREATED,
    },
    taken(
      'user_metadata',
      'texts, numbers and booleans are kept',
      [DIRECT, FILE, ['user_metadata', '{"a":"x","b":1.5,"c":false}']],
      { user_metadata: { a: 'x', b: 1.5, c: false } },
    ),
    {
      field: 'user_metadata',
      rule: 'is left out of the answer when there is none',
      ask: send([DIRECT, FILE]),
      expected: { ...CREATED, seen: ({ body }) => 'user_metadata' in (body as object), is: false },
    },
    taken(
      'enable_hls',
      'is taken and changes nothing',
      [DIRECT, FILE, ['enable_hls', 'true']],
      {},
      {
        state: 'differs',
        why: 'nothing here plays videos: no streams are made',
      },
    ),
    refused('method', 'missing', [FILE], { code: MISSING }),
    refused('method', 'a word that is none', [['method', 'magic']]),
    refused('method', '`multipart`, which only an upload in parts has,', [['method', 'multipart'], FILE]),
    refused('method', 'twice', [DIRECT, DIRECT, FILE]),
    refused('file', 'missing', [DIRECT], { code: MISSING }),
    refused('file', 'twice', [DIRECT, FILE, FILE]),
    refused('file', 'beside `method=url`', [['method', 'url'], ['url', 'http://10.0.0.1/a'], FILE]),
    refused('url', 'missing', [['method', 'url']], { code: MISSING }),
    refused('url', 'an address of a private network', [
      ['method', 'url'],
      ['url', 'http://10.0.0.1/a'],
    ]),
    refused('url', 'beside `method=direct`', [DIRECT, FILE, ['url', 'http://10.0.0.1/a']]),
    refused('filename', 'an empty text', [DIRECT, FILE, ['filename', '']]),
    refused('filename', '256 characters', [DIRECT, FILE, ['filename', 'a'.repeat(256)]]),
    refused('user_metadata', 'what is no JSON', [DIRECT, FILE, ['user_metadata', '{']]),
    refused('user_metadata', 'a list', [DIRECT, FILE, ['user_metadata', '[1]']]),
    refused('user_metadata', 'objects in it', [DIRECT, FILE, ['user_metadata', '{"a":{}}']]),
    refused('user_metadata', 'null in it', [DIRECT, FILE, ['user_metadata', '{"a":null}']]),
    refused('enable_hls', 'a number', [DIRECT, FILE, ['enable_hls', '1']]),
    refused('color', 'an unknown field', [DIRECT, FILE, ['color', 'red']], { code: UNKNOWN }),
    refused('poster', 'a file elsewhere', [DIRECT, FILE, ['poster', 'x', 'a.png']], { code: UNKNOWN }),
    notForm('JSON', { body: { method: 'direct' } }),
    notForm('a form without its boundary', {
      body: 'x',
      headers: { 'content-type': 'multipart/form-data' },
    }),
    notForm('a form that ends too early', {
      body: '--b\r\ncontent-disposition: form-data; name="method"\r\n\r\ndir',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    }),
    notForm('an encoded form', {
      body: 'method=direct',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    notForm('nothing at all', { headers: { 'content-length': '0' } }),
  ],
}
