import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { GEMMA, gemmaModels } from '../support/gemmaFixture.ts'
import { madeMedia } from '../support/madeMedia.ts'
import { openServer, withServer, type OpenedServer, type TestServer } from '../support/withServer.ts'

interface Found {
  query: { space: string }
  results: { score: number; asset: { filename: string }; moments: { start_sec: number; option: string }[] }[]
  skipped: { space: string; vectors: number; reason: string; message: string }[]
}

let server: OpenedServer
beforeAll(async () => {
  server = await openServer()
  for (const [first, second, hertz] of [
    ['red', 'blue', 300],
    ['yellow', 'green', 3000],
  ] as const)
    await embedVideo(server, await film(first, second, hertz))
})
afterAll(() => server.close())

/** Six seconds of one colour and six of another one, with a tone. */
const film = (first: string, second: string, hertz: number) =>
  madeMedia(`${first}-${second}.mp4`, [
    ...['-f', 'lavfi', '-i', `color=${first}:size=320x180:rate=12:duration=6`],
    ...['-f', 'lavfi', '-i', `color=${second}:size=320x180:rate=12:duration=6`],
    ...['-f', 'lavfi', '-i', `sine=frequency=${hertz}:duration=12`],
    ...['-filter_complex', '[0][1]concat=n=2[v]', '-map', '[v]', '-map', '2'],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  ])

async function embedVideo({ url }: TestServer, path: string): Promise<string> {
  const one = client(url)
  const { id: assetId } = await uploadAsset(one, path)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: {
      mediaSource: { assetId },
      embeddingOption: ['visual', 'audio'],
      segmentation: { strategy: 'fixed', fixed: { durationSec: 6 } },
    },
  })
  expect((await finished(one, id)).status).toBe('ready')
  return id
}

async function find(of: TestServer, body: object | FormData): Promise<Found> {
  const init =
    body instanceof FormData
      ? { body }
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await of.fetch('/api/search', { method: 'POST', ...init })
  expect(response.status).toBe(200)
  return (await response.json()) as Found
}

/** Made media are named for their content, too. */
const namesOf = ({ results }: Found) => results.map(({ asset }) => asset.filename.replace(/^[0-9a-f]+-/, ''))

const bestOf = (found: Found) => [namesOf(found)[0], found.results[0]?.moments[0]?.start_sec]

async function formOf(kind: string, path: string): Promise<FormData> {
  const form = new FormData()
  form.set(kind, new Blob([await readFile(path)]), 'query')
  return form
}

test('a picture finds the moment that looks like it, a sound the video that sounds like it', async () => {
  for (const [colour, filename, start] of [
    ['blue', 'red-blue.mp4', 6],
    ['yellow', 'yellow-green.mp4', 0],
  ]) {
    const args = ['-f', 'lavfi', '-i', `color=${colour}:size=320x180`, '-frames:v', '1']
    const picture = await madeMedia(`${colour}.png`, args)
    expect(bestOf(await find(server, await formOf('image', picture)))).toEqual([filename, start])
  }
  const tone = await madeMedia('tone.wav', ['-f', 'lavfi', '-i', 'sine=frequency=3000:duration=4'])
  const found = await find(server, await formOf('audio', tone))
  expect(found.query.space).toBe('audio')
  expect(namesOf(found)[0]).toBe('yellow-green.mp4')
})

test('a text does not find pictures in a model that cannot compare them, and the answer says so', async () => {
  const { results, skipped } = await find(server, { text: 'something blue' })
  expect(results).toEqual([])
  expect(skipped).toMatchObject([
    { space: 'audio', reason: 'other_space', vectors: 6 },
    { space: 'image', reason: 'other_space', vectors: 6 },
  ])
  expect(skipped[1]?.message).toBe(
    'They are in the space image of builtin; the query is in text. Vectors of two spaces cannot be compared.',
  )
})

test('a task that is deleted is not found any more', async () => {
  const id = await embedVideo(server, await film('white', 'black', 900))
  const moment = { clip: { task_id: id, start_sec: 8 } }
  expect(bestOf(await find(server, moment))).toEqual(['white-black.mp4', 6])
  expect((await server.fetch(`/api/tasks/${id}`, { method: 'DELETE' })).status).toBe(204)
  const left = await find(server, { vector: Array.from({ length: 512 }, () => 1), space: 'image' })
  expect(namesOf(left).toSorted()).toEqual(['red-blue.mp4', 'yellow-green.mp4'])
})

test('in one joint space a text finds the moment of a video', async () => {
  const { folder } = await gemmaModels()
  const joint = await withServer({ model: GEMMA.id, models: folder, precision: 'q8' })
  await embedVideo(joint, await film('red', 'blue', 300))
  for (const [colour, start] of [
    ['red', 0],
    ['blue', 6],
  ]) {
    const found = await find(joint, { text: `something ${colour}`, filter: { option: 'visual' } })
    expect(bestOf(found)).toEqual(['red-blue.mp4', start])
    expect(found.skipped).toEqual([])
  }
})
