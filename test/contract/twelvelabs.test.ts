import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TwelveLabs, TwelvelabsApi, TwelvelabsApiError } from 'twelvelabs-js'
import { expect, test, vi } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { expectSchema } from '../support/expectSchema.ts'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { needTestData, testData } from '../support/testData.ts'
import { webServer } from '../support/webServer.ts'
import { withServer, type TestServer } from '../support/withServer.ts'

const MODEL = 'marengo3.0'

const taskBody = async (server: TestServer, id: string): Promise<unknown> =>
  (await server.fetch(`/v1.3/embed-v2/tasks/${id}`)).json()

const listBody = async (server: TestServer): Promise<unknown> =>
  (await server.fetch('/v1.3/embed-v2/tasks?page_limit=50')).json()

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  return vi.waitFor(
    async () => {
      const seen = await look()
      if (seen === undefined) throw new Error('not yet')
      return seen
    },
    { timeout: 50_000, interval: 50 },
  )
}

const status = async (server: TestServer, id: string) => {
  const body = (await taskBody(server, id)) as { status: string }
  return body.status === 'processing' ? undefined : body.status
}

test('video and sound, by asset and base64: every answer fits the published schemas', async () => {
  const server = await withServer()
  const one = client(server.url)
  const path = await scenes(14)
  const asset = await uploadAsset(one, path)
  const base64String = (await readFile(path)).toString('base64')

  const video = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: MODEL,
    video: {
      mediaSource: { assetId: asset.id },
      startSec: 1,
      endSec: 13,
      segmentation: { strategy: 'fixed', fixed: { durationSec: 4 } },
      embeddingOption: ['visual', 'audio'],
      embeddingType: ['separate_embedding', 'fused_embedding'],
    },
  })
  expectSchema('task.json', await taskBody(server, video.id))
  const audio = await one.embed.v2.tasks.create({
    inputType: 'audio',
    modelName: MODEL,
    audio: { mediaSource: { base64String }, embeddingOption: ['audio'] },
  })
  await finished(one, video.id)
  await finished(one, audio.id)
  for (const id of [video.id, audio.id]) expectSchema('task.json', await taskBody(server, id))
  expectSchema('taskPage.json', await listBody(server))

  const task = await one.embed.v2.tasks.retrieve(video.id)
  expect(task.metadata).toMatchObject({
    inputType: 'video',
    clipLength: 4,
    embeddingScopes: ['clip', 'asset'],
    startOffsetSec: 1,
    endOffsetSec: 13,
  })
  expect(task.createdAt).toBeInstanceOf(Date)
  expect(new Set(task.data?.map((each) => each.embeddingOption))).toEqual(
    new Set(['visual', 'audio', 'fused']),
  )
  expect((await one.embed.v2.tasks.retrieve(audio.id)).metadata?.inputType).toBe('audio')
})

test('by URL: a video, an asset and a picture', async () => {
  const files: Record<string, string> = {
    '/clip.mp4': await scenes(6),
    '/still.png': await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1']),
  }
  const web = await webServer((request, response) =>
    createReadStream(files[request.url ?? '']!).pipe(response),
  )
  const server = await withServer({ 'fetch-allow': '127.0.0.0/8' })
  const one = client(server.url)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: MODEL,
    video: { mediaSource: { url: `${web.url}/clip.mp4` } },
  })
  const asset = await one.assets.create({ method: 'url', url: `${web.url}/clip.mp4` })
  expect(asset).toMatchObject({ method: 'url', filename: 'clip.mp4' })
  const picture = await one.embed.v2.create({
    inputType: 'image',
    modelName: MODEL,
    image: { mediaSource: { url: `${web.url}/still.png` } },
  })
  expect(picture.data).toHaveLength(1)
  const ready = await until(async () => {
    const { status, ...rest } = await one.assets.retrieve(asset.id ?? '')
    return status === 'processing' ? undefined : { status, ...rest }
  })
  expect(ready).toMatchObject({ status: 'ready', fileType: 'video/mp4' })
  expect((await finished(one, id)).metadata).toMatchObject({
    inputUrl: `${web.url}/clip.mp4`,
    inputFilename: 'clip.mp4',
  })
  expectSchema('task.json', await taskBody(server, id))
  expectSchema('taskPage.json', await listBody(server))
})

test('a task that fails says why, within the published schema', async () => {
  const server = await withServer()
  const one = client(server.url)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: MODEL,
    video: { mediaSource: { base64String: Buffer.from('no media at all').toString('base64') } },
  })
  const task = await finished(one, id)
  expect(task.status).toBe('failed')
  expect(task.error?.message).toMatch(/\w/)
  expect(task.data).toBeUndefined()
  expectSchema('task.json', await taskBody(server, id))
  expectSchema('taskPage.json', await listBody(server))
})

test('the list is walked page by page with for await, newest first, by status', async () => {
  const server = await withServer({ compute: '0' })
  const one = client(server.url)
  const created: string[] = []
  for (let count = 0; count < 3; count++)
    created.unshift(
      (
        await one.embed.v2.tasks.create({
          inputType: 'audio',
          modelName: MODEL,
          audio: { mediaSource: { base64String: 'QUJD' } },
        })
      ).id,
    )
  const walk = async (request: Parameters<typeof one.embed.v2.tasks.list>[0]) => {
    const ids: (string | undefined)[] = []
    for await (const task of await one.embed.v2.tasks.list(request)) ids.push(task.id)
    return ids
  }
  expect(await walk({ pageLimit: 1 })).toEqual(created)
  expect(await walk({ pageLimit: 2, status: 'processing' })).toEqual(created)
  expect(await walk({ status: 'ready' })).toEqual([])
  expect(await walk({ startedAt: '2000-01-01T00:00:00Z', endedAt: '2001-01-01T00:00:00Z' })).toEqual([])
  await expect(one.embed.v2.tasks.list({ startedAt: 'yesterday' })).rejects.toBeInstanceOf(
    TwelvelabsApi.BadRequestError,
  )
})

test('an upload by the official client is streamed, named and described', async () => {
  const server = await withServer()
  const one = client(server.url)
  const created = await one.assets.create({
    method: 'direct',
    file: createReadStream(await scenes(14)),
    filename: 'Überfall.mp4',
    userMetadata: JSON.stringify({ take: 3, good: true }),
  })
  expect(created).toMatchObject({
    method: 'direct',
    status: 'processing',
    filename: 'Überfall.mp4',
    userMetadata: { take: 3, good: true },
  })
  const asset = await until(async () => {
    const seen = await one.assets.retrieve(created.id ?? '')
    return seen.status === 'processing' ? undefined : seen
  })
  expect(asset).toMatchObject({ status: 'ready', fileType: 'video/mp4', size: expect.any(Number) })
  expect(asset.duration).toBeCloseTo(14, 0)
  const listed = []
  for await (const each of await one.assets.list({ assetIds: [created.id ?? ''], assetTypes: ['video'] }))
    listed.push(each.id)
  expect(listed).toEqual([created.id])
  await one.assets.delete(created.id ?? '')
  await expect(one.assets.retrieve(created.id ?? '')).rejects.toMatchObject({ statusCode: 404 })
})

test('the wrapped client finds the server by its variable, and gets text and picture at once', async () => {
  const server = await withServer()
  vi.stubEnv('TWELVELABS_BASE_URL', `${server.url}/v1.3`)
  const one = new TwelveLabs({ apiKey: server.key })
  vi.unstubAllEnvs()
  const text = await one.embed.v2.create({
    inputType: 'text',
    modelName: MODEL,
    text: { inputText: 'a dog on the beach' },
  })
  expect(text.data).toHaveLength(1)
  expect(text.data[0]?.embedding).toHaveLength(512)
  expect(text.data[0]?.embeddingOption ?? null).toBeNull()
  const picture = await readFile(
    await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1']),
  )
  const image = await one.embed.v2.create({
    inputType: 'image',
    modelName: MODEL,
    image: { mediaSource: { base64String: picture.toString('base64') } },
  })
  expect(image.data[0]?.embedding).toHaveLength(512)
  expect(image.metadata).toMatchObject({ inputType: 'image' })
  const { rawResponse } = await one.embed.v2
    .create({ inputType: 'text', modelName: MODEL, text: { inputText: 'x' } })
    .withRawResponse()
  expect(rawResponse.headers.get('x-embedline-model')).toMatch(/^builtin@/)
  expect(rawResponse.headers.get('x-api-version')).toBe('1.3')
})

test('video, sound and a picture with a text are answered at once, as by a task', async () => {
  const server = await withServer()
  const one = client(server.url)
  const base64String = (await readFile(await scenes(14))).toString('base64')
  const video: Parameters<typeof one.embed.v2.create>[0] & Parameters<typeof one.embed.v2.tasks.create>[0] = {
    inputType: 'video',
    modelName: MODEL,
    video: {
      mediaSource: { base64String },
      startSec: 1,
      endSec: 13,
      segmentation: { strategy: 'fixed', fixed: { durationSec: 4 } },
      embeddingOption: ['visual', 'audio'],
      embeddingType: ['separate_embedding', 'fused_embedding'],
    },
  }
  const now = await one.embed.v2.create(video)
  const { id } = await one.embed.v2.tasks.create(video)
  await finished(one, id)
  const task = await one.embed.v2.tasks.retrieve(id)
  expect(now.data).toEqual(task.data)
  expect(now.metadata).toEqual(task.metadata)
  expect(now.data).toHaveLength(3 * 3 + 3)

  const sound = await one.embed.v2.create({
    inputType: 'audio',
    modelName: MODEL,
    audio: { mediaSource: { base64String }, embeddingScope: ['asset'], embeddingOption: ['audio'] },
  })
  expect(sound.data).toMatchObject([{ embeddingOption: 'audio', embeddingScope: 'asset', startSec: 0 }])
  expect(sound.metadata).toMatchObject({ inputType: 'audio', duration: expect.closeTo(14, 1) as number })

  const picture = await readFile(
    await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1']),
  )
  const both = await one.embed.v2.create({
    inputType: 'text_image',
    modelName: MODEL,
    textImage: { mediaSource: { base64String: picture.toString('base64') }, inputText: 'coloured bars' },
  })
  expect(both.data).toHaveLength(1)
  expect(both.metadata).toMatchObject({ inputType: 'text_image' })
})

test('failures arrive as the errors of the official client', async () => {
  const server = await withServer()
  const one = client(server.url)
  const create = (assetId: string) =>
    one.embed.v2.tasks.create({ inputType: 'video', modelName: MODEL, video: { mediaSource: { assetId } } })
  await expect(create('64f8d2c7e4a1b37f8a9c5d12')).rejects.toBeInstanceOf(TwelvelabsApi.BadRequestError)
  await expect(one.embed.v2.tasks.retrieve('a/b c')).rejects.toBeInstanceOf(TwelvelabsApi.NotFoundError)
  const refused = await client(server.url, 'wrong')
    .embed.v2.tasks.list()
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TwelvelabsApiError)
  expect(refused).toMatchObject({ statusCode: 401, body: { code: 'api_key_invalid' } })
})

test('what an asset cannot give is refused when it was asked for by name, and left out with a word when not', async () => {
  const server = await withServer()
  const one = client(server.url)
  const silent = await madeMedia('silent.mp4', [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=160x120:rate=10',
    '-t',
    '6',
  ])
  const asset = await uploadAsset(one, silent)
  const create = (fields: object) =>
    server.fetch('/v1.3/embed-v2/tasks', {
      method: 'POST',
      body: JSON.stringify({
        input_type: 'video',
        video: { media_source: { asset_id: asset.id }, ...fields },
      }),
    })
  const named = await create({ embedding_option: ['visual', 'audio'] })
  expect(named.status).toBe(400)
  expect(await named.json()).toMatchObject({ error: { details: { field: 'video.embedding_option' } } })
  const late = await create({ start_sec: 7 })
  expect(late.status).toBe(400)
  expect(await late.json()).toMatchObject({ error: { details: { field: 'video.start_sec' } } })

  const { _id } = (await (await create({})).json()) as { _id: string }
  expect(await until(() => status(server, _id))).toBe('ready')
  expect(await taskBody(server, _id)).toMatchObject({
    metadata: { embedding_options: ['visual'] },
    warnings: expect.arrayContaining([
      expect.objectContaining({ code: 'option_unavailable', option: 'audio' }),
    ]),
  })
})

test('a failed asset is refused in a body; a picture sent as video and a silent video as sound fail and say so', async () => {
  const server = await withServer()
  const one = client(server.url)
  const failing = async (
    mediaSource: { assetId: string } | { base64String: string },
    inputType: 'video' | 'audio',
  ) => {
    const fields = { mediaSource }
    const { id } = await one.embed.v2.tasks.create(
      inputType === 'video'
        ? { inputType, modelName: MODEL, video: fields }
        : { inputType, modelName: MODEL, audio: fields },
    )
    const task = await finished(one, id)
    expect(task.status).toBe('failed')
    return task.error?.message
  }
  const text = await madeMedia('square2.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1'])
  const picture = (await readFile(text)).toString('base64')
  expect(await failing({ base64String: picture }, 'video')).toMatch(/picture/)
  const silent = await madeMedia('silent.mp4', [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=160x120:rate=10',
    '-t',
    '6',
  ])
  expect(await failing({ base64String: (await readFile(silent)).toString('base64') }, 'audio')).toMatch(
    /audio/,
  )

  const broken = await uploadAsset(
    one,
    join(await temporaryFolder({ 'broken.mp4': 'PK\x03\x04' }), 'broken.mp4'),
  )
  expect(broken.status).toBe('failed')
  await expect(failing({ assetId: broken.id }, 'video')).rejects.toMatchObject({
    statusCode: 400,
    body: { error: { details: { field: 'video.media_source.asset_id' } } },
  })
})

test('an asset that is still looked at is taken, and fails the task with it', async () => {
  const server = await withServer()
  const one = client(server.url)
  const { id: assetId = '' } = await one.assets.create({
    method: 'direct',
    file: createReadStream(new URL(import.meta.url).pathname),
  })
  const create = await server.fetch('/v1.3/embed-v2/tasks', {
    method: 'POST',
    body: JSON.stringify({ input_type: 'video', video: { media_source: { asset_id: assetId } } }),
  })
  // Fast machines may have looked already.
  if (create.status === 400) return
  expect(create.status).toBe(202)
  const { _id } = (await create.json()) as { _id: string }
  expect(await until(() => status(server, _id))).toBe('failed')
})

test('real videos and sounds of the test data fit the published schemas', async (context) => {
  needTestData(context, 'media/video/flower.webm', 'media/audio/t-rex-roar.mp3')
  const server = await withServer()
  const one = client(server.url)
  const video = await uploadAsset(one, testData('media/video/flower.webm'))
  const sound = await uploadAsset(one, testData('media/audio/t-rex-roar.mp3'))
  const { id: videoTask } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: MODEL,
    video: { mediaSource: { assetId: video.id } },
  })
  const { id: soundTask } = await one.embed.v2.tasks.create({
    inputType: 'audio',
    modelName: MODEL,
    audio: { mediaSource: { assetId: sound.id } },
  })
  for (const id of [videoTask, soundTask]) {
    expect((await finished(one, id)).status).toBe('ready')
    expectSchema('task.json', await taskBody(server, id))
  }
  expectSchema('taskPage.json', await listBody(server))
})
