import { createReadStream } from 'node:fs'
import type { Answer } from '../../rule.ts'
import { all, givenIn, type FormField, type SendOptions } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, NOBODY, OTHER_KEY, TASKS, untilDone, type World } from '../world.ts'
import { notFound } from './notFound.ts'

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

const asset = (name: string) => (world: World) => world.get(`${PATH}/${world.assets[name]}`)

const FOUND = { status: 200, schema: 'asset' }

export const ASSET: Section = {
  title: 'GET /assets/{asset_id}',
  method: 'assets.retrieve',
  rules: [
    {
      field: 'status',
      rule: 'a video that was looked at is `ready`, with its size, duration and type',
      ask: asset('video'),
      expected: {
        ...FOUND,
        body: { status: 'ready', file_type: 'video/mp4', duration: 6 },
        seen: ({ body }, { files }) => (body as { size: number }).size === files.video.bytes.length,
        is: true,
      },
    },
    {
      field: 'duration',
      rule: 'a picture has none',
      ask: asset('still'),
      expected: {
        ...FOUND,
        body: { status: 'ready', file_type: 'image/png' },
        seen: ({ body }) => 'duration' in (body as object),
        is: false,
      },
    },
    {
      field: 'file_type',
      rule: 'is what the bytes are, whatever the name of the file says',
      ask: asset('sound'),
      expected: { ...FOUND, seen: ({ text }) => /"file_type":"audio\/[a-z-]*wav"/.test(text), is: true },
    },
    {
      field: 'technical_metadata',
      rule: 'of a video has its size, codecs and rate',
      ask: asset('video'),
      expected: {
        ...FOUND,
        body: {
          technical_metadata: { video_width: 320, video_height: 180, video_codec: 'h264', has_audio: true },
        },
      },
    },
    {
      field: 'status',
      rule: 'what is no media is `failed`, and `error.message` says why',
      ask: asset('broken'),
      expected: { ...FOUND, body: { status: 'failed', error: { code: 'media_unreadable' } } },
    },
    {
      rule: 'the client gets the same, with dates',
      ask: (world) => world.client(({ assets }) => assets.retrieve(world.assets['video'] ?? '')),
      expected: {
        ...FOUND,
        seen: (answer) => (givenIn(answer) as { createdAt: unknown }).createdAt instanceof Date,
        is: true,
      },
    },
    {
      field: 'status',
      rule: 'a URL that answers 404 makes the asset `failed`',
      ask: async (world) => {
        const created = await world.form(PATH, [
          ['method', 'url'],
          ['url', `${world.site}/none.mp4`],
        ])
        return untilDone(() => world.get(`${PATH}/${idOf(created)}`))
      },
      expected: { ...FOUND, body: { status: 'failed' } },
    },
    {
      field: 'thumbnail',
      rule: 'is there when it was asked for, and says where the picture is',
      ask: async (world) => {
        const created = await world.form(PATH, [
          DIRECT,
          ['file', world.files.still.bytes, 'still.png'],
          ['enable_thumbnail', 'true'],
        ])
        return untilDone(() => world.get(`${PATH}/${idOf(created)}`))
      },
      expected: { ...FOUND, body: { thumbnail: { status: 'ready' } } },
    },
    {
      rule: 'a slash at the end changes nothing',
      ask: (world) => world.get(`${PATH}/${world.assets['video']}/`),
      expected: FOUND,
    },
    {
      rule: 'HEAD has the headers and no body',
      ask: (world) => world.send('HEAD', `${PATH}/${world.assets['video']}`),
      expected: { status: 200, seen: ({ text }) => text, is: '' },
    },
    ...notFound('asset_id', 'GET', (id) => `${PATH}/${id}`),
    {
      field: 'asset_id',
      rule: 'the id of another account is 404',
      ask: ({ idle }) => idle.get(`${PATH}/${idle.strange.asset}`),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      field: 'asset_id',
      rule: 'the client throws its NotFoundError',
      ask: (world) => world.client(({ assets }) => assets.retrieve(NOBODY)),
      expected: { status: 404, error: 'NotFoundError' },
    },
  ],
}

const idsIn = ({ body }: Answer) => (body as { data: { _id: string }[] }).data.map(({ _id: id }) => id)

const LISTED = { status: 200, schema: 'assets' }

/** The names of the first assets that are in an answer. */
const named = (answer: Answer, { assets }: World) =>
  Object.keys(assets).filter((name) => idsIn(answer).includes(assets[name] ?? ''))

const query = (text: string) => (world: World) => world.get(`${PATH}?page_limit=50&${text}`)

const listed = (
  field: string,
  rule: string,
  text: string,
  is: readonly string[],
  more: Partial<Rule> = {},
): Rule => ({
  field,
  rule,
  ask: query(text),
  expected: { ...LISTED, seen: named, is },
  ...more,
})

const badQuery = (field: string, rule: string, text: string, names = field): Rule => ({
  field,
  rule: `${rule} is 400`,
  ask: (world) => world.get(`${PATH}?${text}`),
  expected: { status: 400, code: 'parameter_invalid', names },
})

export const ASSETS: Section = {
  title: 'GET /assets',
  method: 'assets.list',
  rules: [
    {
      rule: 'has a page of ten, newest first, and where it is',
      ask: (world) => world.get(PATH),
      expected: { ...LISTED, body: { page_info: { page: 1, limit_per_page: 10 } } },
    },
    listed('asset_types', 'one value', 'asset_types=image', ['still']),
    listed('asset_types', 'the key repeated', 'asset_types=image&asset_types=audio', ['still', 'sound']),
    listed('asset_types', 'values joined by a comma', 'asset_types=image,audio', ['still', 'sound'], {
      state: 'extended',
      why: 'the page has repeated keys only; other clients join',
    }),
    listed('filename', 'a part of the name, in any case', 'filename=VIDEO-', ['video']),
    listed('filename', 'wildcards of databases mean themselves', 'filename=%25ideo_1', []),
    {
      field: 'asset_ids',
      rule: 'the key repeated, unknown ones among them',
      ask: (world) =>
        world.get(
          `${PATH}?asset_ids=${world.assets['still']}&asset_ids=${NOBODY}&asset_ids=${world.assets['sound']}`,
        ),
      expected: { ...LISTED, seen: named, is: ['still', 'sound'] },
    },
    {
      field: 'page',
      rule: 'past the end is 200 with an empty list',
      ask: query('page=1000'),
      expected: { ...LISTED, body: { data: [] } },
    },
    {
      rule: 'assets of another account are not shown',
      ask: ({ idle }) => idle.get(PATH, { key: OTHER_KEY }),
      expected: {
        ...LISTED,
        seen: (answer, { idle }) => idsIn(answer).join() === idle.strange.asset,
        is: true,
      },
    },
    {
      rule: 'the client repeats keys, and walks page by page until one is empty',
      ask: (world) =>
        world.client(({ assets }) =>
          all(
            assets.list({
              assetIds: [world.assets['still'] ?? '', world.assets['video'] ?? ''],
              assetTypes: ['image', 'video'],
              pageLimit: 1,
            }),
          ),
        ),
      expected: {
        ...LISTED,
        body: { data: [] },
        seen: (answer) => (givenIn(answer) as unknown[]).length,
        is: 2,
      },
    },
    badQuery('page', 'zero', 'page=0'),
    badQuery('page_limit', 'fifty-one', 'page_limit=51'),
    badQuery('asset_types', 'a word that is none', 'asset_types=smell', 'asset_types[0]'),
  ],
}

/** A small asset of its own on the server that only takes things. */
const fresh =
  (use: (path: string, world: World) => Promise<Answer>) =>
  async (world: World): Promise<Answer> =>
    use(
      `${PATH}/${idOf(await world.idle.form(PATH, [DIRECT, FILE, ['user_metadata', '{"a":"x","b":1}']]))}`,
      world,
    )

export const DELETE_ASSET: Section = {
  title: 'DELETE /assets/{asset_id}',
  method: 'assets.delete',
  rules: [
    {
      rule: 'answers 204 without a body',
      ask: fresh((path, { idle }) => idle.send('DELETE', path)),
      expected: { status: 204, seen: ({ text }) => text, is: '' },
    },
    {
      rule: 'the client resolves',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) => assets.delete(path.replace(`${PATH}/`, ''))),
      ),
      expected: { status: 204 },
    },
    {
      field: 'force',
      rule: 'is taken and changes nothing: no asset is in an index here',
      ask: fresh((path, { idle }) => idle.send('DELETE', `${path}?force=true`)),
      expected: { status: 204 },
    },
    {
      field: 'force',
      rule: 'a word that is none is 400',
      ask: fresh((path, { idle }) => idle.send('DELETE', `${path}?force=maybe`)),
      expected: { status: 400, code: 'parameter_invalid', names: 'force' },
    },
    {
      rule: 'afterwards the asset is 404',
      ask: fresh(async (path, { idle }) => {
        await idle.send('DELETE', path)
        return idle.get(path)
      }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'a second time is 404',
      ask: fresh(async (path, { idle }) => {
        await idle.send('DELETE', path)
        return idle.send('DELETE', path)
      }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'tasks that were created keep what they need of it',
      why: 'nothing is published on it',
      ask: async (world) => {
        const created = await world.form(PATH, [DIRECT, ['file', world.files.video.bytes, 'clip.mp4']])
        const path = `${PATH}/${idOf(created)}`
        await untilDone(() => world.get(path))
        const task = await world.post(TASKS, {
          input_type: 'video',
          video: { media_source: { asset_id: idOf(created) }, embedding_option: ['visual'] },
        })
        await world.send('DELETE', path)
        return untilDone(() => world.get(`${TASKS}/${idOf(task)}`))
      },
      expected: { status: 200, schema: 'task.json', body: { status: 'ready' } },
    },
    {
      field: 'asset_id',
      rule: 'the id of another account is 404, and deletes nothing',
      ask: async ({ idle }) => {
        const gone = await idle.send('DELETE', `${PATH}/${idle.strange.asset}`)
        const after = await idle.get(`${PATH}/${idle.strange.asset}`, { key: OTHER_KEY })
        return { ...gone, headers: { ...gone.headers, after: String(after.status) } }
      },
      expected: { status: 404, code: 'resource_not_exist', headers: { after: '200' } },
    },
    {
      rule: 'the client throws its TwelvelabsApiError for an unknown id',
      ask: (world) => world.client(({ assets }) => assets.delete(NOBODY)),
      expected: { status: 404, error: 'TwelvelabsApiError' },
    },
  ],
}

const metadataPath = (path: string) => `${path}/user-metadata`

/** Changes the metadata `{"a":"x","b":1}` and looks at what there is then. */
const changed = (method: string, user_metadata: unknown) =>
  fresh(async (path, { idle }) => {
    const answer = await idle.send(method, metadataPath(path), { body: { user_metadata } })
    if (answer.status >= 400) return answer
    const { body } = await idle.get(path)
    return { ...answer, body: { kept: (body as { user_metadata?: unknown }).user_metadata ?? null } }
  })

const changes = (
  rule: string,
  method: string,
  user_metadata: unknown,
  kept: unknown,
  more: Partial<Rule> = {},
): Rule => ({
  field: 'user_metadata',
  rule,
  ask: changed(method, user_metadata),
  expected: { status: 204, body: { kept } },
  ...more,
})

export const USER_METADATA: Section = {
  title: 'PATCH, PUT, DELETE /assets/{asset_id}/user-metadata',
  method: 'assets.updateUserMetadata, assets.replaceUserMetadata, assets.deleteUserMetadata',
  rules: [
    changes('PATCH adds and replaces keys', 'PATCH', { b: 2, c: true }, { a: 'x', b: 2, c: true }),
    changes('PATCH with null takes a key away', 'PATCH', { a: null }, { b: 1 }),
    changes('PATCH with an empty text leaves a key as it is', 'PATCH', { a: '' }, { a: 'x', b: 1 }),
    changes('PUT replaces all', 'PUT', { c: 'only' }, { c: 'only' }),
    changes('PUT of an empty object clears all', 'PUT', {}, null),
    {
      field: 'user_metadata',
      rule: 'DELETE clears all',
      ask: fresh((path, { idle }) => idle.send('DELETE', metadataPath(path))),
      expected: { status: 204, seen: ({ text }) => text, is: '' },
    },
    {
      rule: 'the client merges',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) =>
          assets.updateUserMetadata(path.replace(`${PATH}/`, ''), { userMetadata: { take: 3 } }),
        ),
      ),
      expected: { status: 204 },
    },
    {
      rule: 'the client replaces',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) =>
          assets.replaceUserMetadata(path.replace(`${PATH}/`, ''), { userMetadata: { take: 3 } }),
        ),
      ),
      expected: { status: 204 },
    },
    {
      rule: 'the client clears',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) => assets.deleteUserMetadata(path.replace(`${PATH}/`, ''))),
      ),
      expected: { status: 204 },
    },
    ...(
      [
        ['a list in it', { a: [] }],
        ['an object in it', { a: {} }],
      ] as const
    ).map(([rule, user_metadata]): Rule => ({
      field: 'user_metadata',
      rule: `${rule} is 400`,
      ask: changed('PATCH', user_metadata),
      expected: { status: 400, code: 'parameter_invalid', names: 'user_metadata.a' },
    })),
    {
      field: 'user_metadata',
      rule: 'missing is 400',
      ask: fresh((path, { idle }) => idle.send('PATCH', metadataPath(path), { body: {} })),
      expected: { status: 400, code: 'parameter_not_provided', names: 'user_metadata' },
    },
    {
      field: 'asset_id',
      rule: 'an unknown one is 404',
      ask: ({ idle }) =>
        idle.send('PATCH', metadataPath(`${PATH}/${NOBODY}`), { body: { user_metadata: { a: 1 } } }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
  ],
}
