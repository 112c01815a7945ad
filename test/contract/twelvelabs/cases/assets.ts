import type { Answer } from '../../rule.ts'
import { all, givenIn, type FormField } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, NOBODY, OTHER_KEY, untilDone, type World } from '../world.ts'
import { notFound } from './notFound.ts'

const PATH = '/assets'

const DIRECT: FormField = ['method', 'direct']

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
