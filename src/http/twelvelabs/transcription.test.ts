import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'
import { Asset, Transcription } from './answers.ts'

const ASSETS = '/v1.3/assets'

async function upload(app: TestApp, userMetadata?: object): Promise<string> {
  const data = new FormData()
  data.append('method', 'direct')
  data.append('file', new Blob(['a video']), 'clip.mp4')
  if (userMetadata) data.append('user_metadata', JSON.stringify(userMetadata))
  return Asset.parse(await (await app.fetch(ASSETS, { method: 'POST', body: data })).json())._id
}

const CUES = [
  { startSec: 0, endSec: 1, text: 'Who is there?', speaker: 'Anna' },
  { startSec: 1, endSec: 2.5, text: 'Tell me.', speaker: 'Anna' },
  { startSec: 3, endSec: 4, text: 'Me.', speaker: 'Bob' },
  { startSec: 4, endSec: 5, text: 'A door.' },
  { startSec: 5, endSec: 6, text: 'A step.' },
]

async function appWithSubtitles(): Promise<TestApp> {
  const app = await withApp()
  app.room.compute.facts = {
    ...app.room.compute.facts,
    subtitles: [{ stream: 2, codec: 'webvtt', language: 'eng' }],
  }
  app.room.compute.readCues = async () => CUES
  return app
}

const ask = async (app: TestApp, id: string, query = '') => {
  const response = await app.fetch(`${ASSETS}/${id}/transcription${query}`)
  return { status: response.status, body: (await response.json()) as unknown }
}

test('sentences are the lines, and utterances the turns of those who are named', async () => {
  const app = await appWithSubtitles()
  const id = await upload(app)
  expect(await ask(app, id)).toEqual({ status: 200, body: { status: 'processing' } })
  await app.room.drain()
  for (const query of ['?include=sentences,utterances', '?include=utterances&include=sentences']) {
    const { body } = await ask(app, id, query)
    expect(Transcription.parse(body)).toMatchObject({
      status: 'ready',
      language: 'eng',
      tracks: [{ language: 'eng' }],
      sentences: CUES.map(({ startSec: start, endSec: end, text: value }) => ({ start, end, value })),
      utterances: [
        { start: 0, end: 2.5, value: 'Who is there? Tell me.', speaker: 'Anna' },
        { start: 3, end: 4, value: 'Me.', speaker: 'Bob' },
        { start: 4, end: 5, value: 'A door.' },
        { start: 5, end: 6, value: 'A step.' },
      ],
    })
    expect(body).not.toHaveProperty('warnings')
  }
})

test('there are no times of words, and that is said', async () => {
  const app = await appWithSubtitles()
  const id = await upload(app)
  await app.room.drain()
  for (const query of ['', '?include=words']) {
    const { body } = await ask(app, id, query)
    expect(body).toMatchObject({ status: 'ready', warnings: [{ code: 'words_unavailable' }] })
    for (const key of ['words', 'sentences', 'utterances']) expect(body).not.toHaveProperty(key)
  }
})

test('an asset without subtitles, of another account or in another language has no transcription', async () => {
  const app = await appWithSubtitles()
  const id = await upload(app)
  await app.room.drain()
  expect((await ask(app, id, '?language=en')).status).toBe(200)
  expect(await ask(app, id, '?language=de')).toMatchObject({
    status: 404,
    body: { code: 'resource_not_exist' },
  })
  expect((await ask(app, 'nothing')).status).toBe(404)
  const foreign = { headers: { 'x-api-key': 'key-of-two' } }
  expect((await app.fetch(`${ASSETS}/${id}/transcription`, foreign)).status).toBe(404)
  app.room.compute.facts = { ...app.room.compute.facts, subtitles: [] }
  const silent = await upload(app)
  await app.room.drain()
  expect((await ask(app, silent)).status).toBe(404)
})

test('what else may be included is refused', async () => {
  const app = await withApp()
  expect(await ask(app, 'x', '?include=letters')).toMatchObject({
    status: 400,
    body: { error: { details: { field: 'include[0]' } } },
  })
})

test('subtitles of an asset that is not there, or is gone, are taken with a warning', async () => {
  const app = await withApp()
  const video = await upload(app)
  const warningsOf = async (id: string) =>
    ((await (await app.fetch(`${ASSETS}/${id}`)).json()) as { warnings?: object[] }).warnings
  const stray = await upload(app, { transcript_of: '64f8d2c7e4a1b37f8a9c5d12' })
  expect(await warningsOf(stray)).toEqual([
    {
      code: 'transcript_unused',
      message: 'There is no asset 64f8d2c7e4a1b37f8a9c5d12, whose subtitles these are said to be.',
      option: 'transcription',
    },
  ])
  const used = await upload(app, { transcript_of: video })
  expect(await warningsOf(used)).toBeUndefined()
  await app.fetch(`${ASSETS}/${video}`, { method: 'DELETE' })
  expect(await warningsOf(used)).toMatchObject([{ code: 'transcript_unused' }])
  expect(await warningsOf(await upload(app, { mood: 'calm' }))).toBeUndefined()
})
