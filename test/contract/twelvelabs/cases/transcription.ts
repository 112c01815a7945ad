import type { Answer } from '../../rule.ts'
import { givenIn } from '../ask.ts'
import type { Section } from '../rule.ts'
import { NOBODY, OTHER_KEY, TASKS, untilDone, type World } from '../world.ts'

const SUBTITLES =
  'WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>A storm is coming.\n\n00:02.000 --> 00:03.000\n<v Anna>Close the door.\n'

/** A video of its own with subtitles beside it, whose path is handed on. */
const withSubtitles =
  (use: (path: string, id: string, world: World) => Promise<Answer>) =>
  async (world: World): Promise<Answer> => {
    const uploaded = async (bytes: string | Uint8Array, name: string, metadata: object) => {
      const { body } = await world.form('/assets', [
        ['method', 'direct'],
        ['file', bytes, name],
        ['user_metadata', JSON.stringify(metadata)],
      ])
      const { _id: id } = body as { _id: string }
      await untilDone(() => world.get(`/assets/${id}`))
      return id
    }
    const id = await uploaded(world.files.video.bytes, 'talk.mp4', { of: 'talk' })
    await uploaded(SUBTITLES, 'talk.vtt', { transcript_of: id, language: 'en' })
    return use(`/assets/${id}/transcription`, id, world)
  }

const OK = { status: 200, schema: 'transcription' }

const SENTENCES = [
  { start: 1, end: 2, value: 'A storm is coming.' },
  { start: 2, end: 3, value: 'Close the door.' },
]

export const TRANSCRIPTION: Section = {
  title: 'GET /assets/{asset_id}/transcription',
  method: 'assets.retrieveTranscription',
  rules: [
    {
      field: 'user_metadata.transcript_of',
      rule: 'an asset that is not there is taken, and `warnings` of the subtitles say so',
      state: 'extended',
      why: 'metadata are free in the contract: here this key has a meaning',
      ask: async (world) => {
        const created = await world.form('/assets', [
          ['method', 'direct'],
          ['file', SUBTITLES, 'a.vtt'],
          ['user_metadata', JSON.stringify({ transcript_of: NOBODY })],
        ])
        return world.get(`/assets/${(created.body as { _id: string })._id}`)
      },
      expected: { status: 200, body: { warnings: [{ code: 'transcript_unused' }] } },
    },
    {
      field: 'include',
      rule: '`sentences` are the lines of the subtitles',
      state: 'differs',
      why: 'nothing here writes speech down: words come from subtitles in the file, or in an asset whose `user_metadata.transcript_of` names it',
      ask: withSubtitles((path, _id, world) => world.get(`${path}?include=sentences`)),
      expected: { ...OK, body: { status: 'ready', sentences: SENTENCES } },
    },
    {
      field: 'include',
      rule: '`utterances` are the turns of those who speak',
      ask: withSubtitles((path, _id, world) => world.get(`${path}?include=utterances`)),
      expected: {
        ...OK,
        body: {
          utterances: [{ start: 1, end: 3, value: 'A storm is coming. Close the door.', speaker: 'Anna' }],
        },
      },
    },
    {
      field: 'include',
      rule: 'left out, it is `words`, which are not there; `warnings` say so',
      state: 'differs',
      why: 'subtitles do not say when each word is spoken',
      ask: withSubtitles((path, _id, world) => world.get(path)),
      expected: {
        ...OK,
        body: { status: 'ready', warnings: [{ code: 'words_unavailable' }] },
        seen: ({ body }) => 'words' in (body as object),
        is: false,
      },
    },
    {
      field: 'include',
      rule: 'values joined by a comma, and the key repeated',
      ask: withSubtitles((path, _id, world) =>
        world.get(`${path}?include=words,sentences&include=utterances`),
      ),
      expected: { ...OK, body: { sentences: [{}, {}], utterances: [{}] } },
    },
    {
      field: 'include',
      rule: 'a word that is none is 400',
      ask: (world) => world.get(`/assets/${world.assets['video']}/transcription?include=smells`),
      expected: { status: 400, code: 'parameter_invalid', names: 'include[0]' },
    },
    {
      field: 'language',
      rule: 'chooses one of several tracks; one that is not there is 404',
      state: 'extended',
      why: 'the contract knows one transcript',
      ask: withSubtitles((path, _id, world) => world.get(`${path}?language=de`)),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'the client gets the same',
      ask: withSubtitles((_path, id, world) =>
        world.client(({ assets }) => assets.retrieveTranscription(id, { include: ['sentences'] })),
      ),
      expected: {
        ...OK,
        seen: (answer) => (givenIn(answer) as { sentences: unknown }).sentences,
        is: SENTENCES.map((each) => ({ ...each, speaker: 'Anna' })),
      },
    },
    {
      rule: 'a task embeds them by the option `transcription`',
      ask: withSubtitles((_path, id, world) =>
        world.video({
          media_source: { asset_id: id },
          embedding_option: ['transcription'],
          embedding_scope: ['clip'],
        }),
      ),
      expected: {
        status: 200,
        schema: 'task.json',
        body: { status: 'ready', data: [{ embedding_option: 'transcription' }] },
      },
    },
    {
      rule: 'an asset without subtitles is 404',
      ask: (world) => world.get(`/assets/${world.assets['video']}/transcription`),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'an asset that is looked at is `processing`',
      ask: async ({ idle }) => {
        const { asset } = idle.strange
        return idle.get(`/assets/${asset}/transcription`, { key: OTHER_KEY })
      },
      expected: { ...OK, body: { status: 'processing' } },
    },
    {
      field: 'asset_id',
      rule: 'an unknown one is 404, as the id of a task is',
      ask: async (world) => {
        const task = await world.get(`/assets/${world.tasks['video']}/transcription`)
        const nobody = await world.get(`/assets/${NOBODY}/transcription`)
        return { ...nobody, headers: { ...nobody.headers, task: String(task.status) } }
      },
      expected: { status: 404, headers: { task: '404' } },
    },
    {
      rule: 'what was named `transcription` on a task without subtitles is 400',
      ask: (world) =>
        world.post(TASKS, {
          input_type: 'video',
          video: {
            media_source: { asset_id: world.assets['video'] },
            embedding_option: ['transcription'],
          },
        }),
      expected: { status: 400, names: 'video.embedding_option' },
    },
  ],
}
