import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { TwelveLabs, TwelvelabsApi, TwelvelabsApiError } from 'twelvelabs-js'
import { expect, test, vi } from 'vitest'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { webServer } from '../support/webServer.ts'
import { withServer, type TestServer } from '../support/withServer.ts'

const MODEL = 'marengo3.0'

/** As users make it: with the helpers that only the wrapped client has. */
function wrapped({ url, key }: Pick<TestServer, 'url' | 'key'>): TwelveLabs {
  vi.stubEnv('TWELVELABS_BASE_URL', `${url}/v1.3`)
  const one = new TwelveLabs({ apiKey: key })
  vi.unstubAllEnvs()
  return one
}

test('a video by file: created, waited for and read by the official client', async () => {
  const server = await withServer()
  const one = wrapped(server)
  const { id = '' } = await one.embed.tasks.create({
    modelName: MODEL,
    videoFile: createReadStream(await scenes(14)),
    videoStartOffsetSec: 1,
    videoEndOffsetSec: 13,
    videoClipLength: 4,
    videoEmbeddingScope: ['clip', 'video'],
  })
  const seen: (string | undefined)[] = []
  const done = await one.embed.tasks.waitForDone(id, {
    sleepInterval: 0.1,
    callback: ({ status }) => void seen.push(status),
  })
  expect(done).toMatchObject({ id, modelName: MODEL, status: 'ready' })
  expect(done.videoEmbedding?.metadata).toMatchObject({
    videoClipLength: 4,
    videoEmbeddingScope: ['clip', 'video'],
    videoEmbeddingOption: ['visual', 'audio'],
    duration: expect.closeTo(14, 1) as number,
  })
  expect(seen.at(-1)).toBe('ready')

  const task = await one.embed.tasks.retrieve(id)
  expect(task.createdAt).toBeInstanceOf(Date)
  const segments = task.videoEmbedding?.segments ?? []
  expect(segments.map((each) => [each.embeddingScope, each.embeddingOption, each.startOffsetSec])).toEqual([
    ['clip', 'visual', 1],
    ['clip', 'audio', 1],
    ['clip', 'visual', 5],
    ['clip', 'audio', 5],
    ['clip', 'visual', 9],
    ['clip', 'audio', 9],
    ['video', 'visual', 1],
    ['video', 'audio', 1],
  ])
  for (const { float } of segments) expect(float).toHaveLength(512)
  const visual = await one.embed.tasks.retrieve(id, { embeddingOption: ['visual-text'] })
  expect(visual.videoEmbedding?.segments).toEqual(
    segments.filter((each) => each.embeddingOption === 'visual'),
  )

  const newer = await one.embed.v2.tasks.retrieve(id)
  expect(newer.data?.map((each) => each.embedding)).toEqual(segments.map((each) => each.float))
  const listed = []
  for await (const each of await one.embed.tasks.list({ pageLimit: 1 })) listed.push(each)
  expect(listed).toMatchObject([
    { id, status: 'ready', videoEmbedding: { metadata: { videoClipLength: 4 } } },
  ])
})

test('several videos at once, by URL and by file, of which a bad one does not stop the others', async () => {
  const path = await scenes(6)
  const web = await webServer((_request, response) => createReadStream(path).pipe(response))
  const server = await withServer({ 'fetch-allow': '127.0.0.0/8' })
  const one = wrapped(server)
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  const tasks = await one.embed.tasks.createBulk({
    modelName: 'Marengo-retrieval-2.7',
    videos: [
      { videoUrl: `${web.url}/clip.mp4`, videoEmbeddingScope: ['clip'] },
      { videoFile: createReadStream(path), videoClipLength: 99 },
      { videoFile: createReadStream(path), videoClipLength: 2 },
    ],
  })
  expect(complaint.mock.calls.flat().join()).toMatch(/400/)
  complaint.mockRestore()
  expect(tasks).toHaveLength(2)
  for (const { id = '' } of tasks)
    expect(await one.embed.tasks.waitForDone(id, { sleepInterval: 0.1 })).toMatchObject({ status: 'ready' })
  const { videoEmbedding } = await one.embed.tasks.retrieve(tasks[0]?.id ?? '')
  expect(videoEmbedding?.metadata?.inputUrl).toBe(`${web.url}/clip.mp4`)
  expect(videoEmbedding?.segments?.map((each) => each.embeddingOption)).toEqual(['visual-text', 'audio'])
})

test('a text, a picture and a sound at once, with the vectors of the newer version', async () => {
  const server = await withServer()
  const one = wrapped(server)
  const text = await one.embed.create({ modelName: MODEL, text: 'a dog on the beach' })
  const newer = await one.embed.v2.create({
    inputType: 'text',
    modelName: MODEL,
    text: { inputText: 'a dog on the beach' },
  })
  expect(text.modelName).toBe(MODEL)
  expect(text.textEmbedding?.segments?.[0]?.float).toEqual(newer.data[0]?.embedding)

  const still = await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1'])
  const image = await one.embed.create({ modelName: MODEL, imageFile: createReadStream(still) })
  expect(image.imageEmbedding?.segments?.[0]?.float).toHaveLength(512)
  expect(image.imageEmbedding?.metadata?.inputFilename).toMatch(/square\.png$/)

  const sound = await one.embed.create({
    modelName: MODEL,
    audioFile: new Blob([await readFile(await scenes(14))]),
    audioStartOffsetSec: 2,
  })
  expect(sound.audioEmbedding?.segments).toMatchObject([
    { startOffsetSec: 2, endOffsetSec: 8, float: expect.any(Array) as number[] },
    { startOffsetSec: 8, endOffsetSec: 14, float: expect.any(Array) as number[] },
  ])
})

test('what is refused arrives as the error of the official client, also after a file', async () => {
  const server = await withServer()
  const one = wrapped(server)
  const wrong = createReadStream(new URL(import.meta.url))
  await expect(one.embed.create({ modelName: MODEL, imageFile: wrong })).rejects.toMatchObject({
    statusCode: 400,
    body: { code: 'parameter_invalid', error: { details: { field: 'image_file' } } },
  })
  const create = one.embed.tasks.create({
    modelName: 'no-such-model',
    videoFile: createReadStream(await scenes(6)),
  })
  await expect(create).rejects.toBeInstanceOf(TwelvelabsApi.BadRequestError)
  await expect(one.embed.tasks.retrieve('64f8d2c7e4a1b37f8a9c5d12')).rejects.toMatchObject({
    statusCode: 404,
  })
  const refused = wrapped({ url: server.url, key: 'wrong' }).embed.create({ modelName: MODEL, text: 'x' })
  await expect(refused).rejects.toBeInstanceOf(TwelvelabsApiError)
})
