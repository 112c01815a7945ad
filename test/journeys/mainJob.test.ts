import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { client, cosine, finished, uploadAsset } from '../support/client.ts'
import { madeMedia, madeText, scenes } from '../support/madeMedia.ts'
import { needTestData, testData } from '../support/testData.ts'
import { withServer } from '../support/withServer.ts'

const FIXED = { strategy: 'fixed', fixed: { durationSec: 6 } } as const

test('a video uploaded by the official client becomes clips of every option, of unit length, in order', async () => {
  const server = await withServer()
  const one = client(server.url)
  const asset = await uploadAsset(one, await scenes(31))
  expect(asset).toMatchObject({ status: 'ready', fileType: 'video/mp4' })
  const created = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: {
      mediaSource: { assetId: asset.id },
      segmentation: FIXED,
      embeddingOption: ['visual', 'audio'],
      embeddingScope: ['clip', 'asset'],
      embeddingType: ['separate_embedding', 'fused_embedding'],
    },
  })
  expect(created.status).toBe('processing')
  const task = await finished(one, created.id)
  expect(task.status).toBe('ready')
  const rows = (task.data ?? []).map(({ embeddingOption, embeddingScope, startSec, endSec }) => [
    embeddingScope,
    startSec,
    endSec,
    embeddingOption,
  ])
  // 31 s at 6 s: the tail of 1 s is left out.
  const borders = [0, 6, 12, 18, 24].flatMap((start) =>
    ['visual', 'audio', 'fused'].map((option) => ['clip', start, start + 6, option]),
  )
  expect(rows).toEqual([
    ...borders,
    ...['visual', 'audio', 'fused'].map((option) => ['asset', 0, 30, option]),
  ])
  for (const { embedding } of task.data ?? []) {
    expect(embedding).toHaveLength(512)
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5)
  }
  expect(task.metadata).toMatchObject({
    inputType: 'video',
    clipLength: 6,
    embeddingOptions: ['visual', 'audio'],
  })

  const listed = []
  for await (const row of await one.embed.v2.tasks.list({ pageLimit: 1 })) listed.push(row.id)
  expect(listed).toEqual([created.id])
})

test('the same file twice gives equal vectors, as an asset and as base64', async () => {
  const server = await withServer()
  const one = client(server.url)
  const path = await scenes(14)
  const base64String = (await readFile(path)).toString('base64')
  const asset = await uploadAsset(one, path)
  const again = await uploadAsset(one, path)
  const vectors = []
  for (const mediaSource of [{ assetId: asset.id }, { assetId: again.id }, { base64String }]) {
    const { id } = await one.embed.v2.tasks.create({
      inputType: 'video',
      modelName: 'marengo3.0',
      video: { mediaSource, segmentation: FIXED, embeddingOption: ['visual', 'audio'] },
    })
    vectors.push((await finished(one, id)).data)
  }
  expect(vectors[0]?.length).toBeGreaterThan(0)
  expect(vectors[1]).toEqual(vectors[0])
  expect(vectors[2]).toEqual(vectors[0])
})

const CLIPS = ['media/video/flower.mp4', 'media/video/flower.webm', 'media/video/friday.mp4']

test('the same clip as MP4 and as WebM is nearer to itself than to another video', async (context) => {
  needTestData(context, ...CLIPS)
  const server = await withServer()
  const one = client(server.url)
  const vectorOf = async (path: string) => {
    const { id } = await one.embed.v2.tasks.create({
      inputType: 'video',
      modelName: 'marengo3.0',
      video: {
        mediaSource: { assetId: (await uploadAsset(one, path)).id },
        embeddingOption: ['visual'],
        embeddingScope: ['asset'],
      },
    })
    return (await finished(one, id)).data?.[0]?.embedding ?? []
  }
  const [mp4, webm, other] = await Promise.all(CLIPS.map((name) => vectorOf(testData(name))))
  expect(cosine(mp4!, webm!)).toBeGreaterThan(0.95)
  expect(cosine(mp4!, other!)).toBeLessThan(cosine(mp4!, webm!) - 0.2)
})

test('a moment is found by text through the subtitle track, a scene by a picture', async () => {
  const server = await withServer()
  const one = client(server.url)
  const path = await subtitled()
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: {
      mediaSource: { assetId: (await uploadAsset(one, path)).id },
      segmentation: FIXED,
      embeddingScope: ['clip'],
    },
  })
  const clips = (await finished(one, id)).data ?? []
  const best = (option: string, query: readonly number[]) =>
    clips
      .filter(({ embeddingOption }) => embeddingOption === option)
      .toSorted((a, b) => cosine(b.embedding, query) - cosine(a.embedding, query))[0]

  const text = await one.embed.v2.create({
    inputType: 'text',
    modelName: 'marengo3.0',
    text: { inputText: 'a red lighthouse by the sea' },
  })
  expect(best('transcription', text.data[0]!.embedding)).toMatchObject({ startSec: 6, endSec: 12 })

  const frame = await madeMedia('frame.png', ['-ss', '15', '-i', path, '-frames:v', '1'])
  const image = await one.embed.v2.create({
    inputType: 'image',
    modelName: 'marengo3.0',
    image: { mediaSource: { base64String: (await readFile(frame)).toString('base64') } },
  })
  expect(best('visual', image.data[0]!.embedding)).toMatchObject({ startSec: 12, endSec: 18 })
})

test('another account sees none of it', async () => {
  const server = await withServer()
  const [one, two] = [client(server.url), client(server.url, server.otherKey)]
  const asset = await uploadAsset(one, await scenes(14))
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId: asset.id } },
  })
  await finished(one, id)
  await expect(two.assets.retrieve(asset.id)).rejects.toMatchObject({ statusCode: 404 })
  await expect(two.embed.v2.tasks.retrieve(id)).rejects.toMatchObject({ statusCode: 404 })
  await expect(
    two.embed.v2.tasks.create({
      inputType: 'video',
      modelName: 'marengo3.0',
      video: { mediaSource: { assetId: asset.id } },
    }),
  ).rejects.toMatchObject({ statusCode: 400 })
  expect((await two.embed.v2.tasks.list()).data).toEqual([])
  await expect(client(server.url, 'no-such-key').assets.list()).rejects.toMatchObject({ statusCode: 401 })
})

test('an asset may be deleted while its task runs; the bytes go when the task has ended', async () => {
  const server = await withServer()
  const one = client(server.url)
  const { id: assetId = '' } = await one.assets.create({
    method: 'direct',
    file: createReadStream(await scenes(31)),
  })
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId } },
  })
  await one.assets.delete(assetId)
  await expect(one.assets.retrieve(assetId)).rejects.toMatchObject({ statusCode: 404 })
  expect((await finished(one, id)).status).toBe('ready')
  const left = await readdir(server.dataFolder, { recursive: true })
  expect(left.filter((name) => /[0-9a-f]{64}/.test(name))).toEqual([])
})

const CUES = [
  ['00:00:01,000 --> 00:00:05,000', 'Welcome to the harbour tour.'],
  ['00:00:07,000 --> 00:00:11,000', 'The lighthouse by the sea was painted red.'],
  ['00:00:13,000 --> 00:00:17,000', 'Fresh bread is sold at the market.'],
]

async function subtitled(): Promise<string> {
  const srt = await madeText(
    'lines.srt',
    CUES.map(([time, text], index) => `${index + 1}\n${time}\n${text}\n`).join('\n'),
  )
  return madeMedia('subtitled.mkv', [
    '-i',
    await scenes(31),
    '-i',
    srt,
    '-map',
    '0',
    '-map',
    '1',
    '-c',
    'copy',
    '-t',
    '18',
  ])
}
