import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, cosine, finished, uploadAsset } from '../support/client.ts'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { openServer, type OpenedServer } from '../support/withServer.ts'

const MODEL = 'marengo3.5'
const TASKS = '/v1.3/embed-v2/tasks'

interface Item {
  embedding: number[]
  embedding_uncertainty?: number[]
  embedding_option: string
  embedding_scope: string
  start_sec: number | null
  end_sec: number | null
}

interface Body {
  _id: string
  status: string
  data: Item[]
  usage: { input_tokens: Record<string, number>; truncated: boolean }
  model: { dimension: number }
  warnings?: { code: string }[]
  metadata: Record<string, unknown>
}

let server: OpenedServer
let video: string

beforeAll(async () => {
  server = await openServer()
  video = (await uploadAsset(client(server.url), await scenes(12))).id
}, 60_000)

afterAll(() => server.close())

/** Creates a task over raw HTTP and returns its result. */
async function embedded(request: object): Promise<Body> {
  const answer = await server.fetch(TASKS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model_name: MODEL, ...request }),
  })
  expect(answer.status).toBe(202)
  const { _id: id } = (await answer.json()) as Body
  await finished(client(server.url), id)
  return (await (await server.fetch(`${TASKS}/${id}`)).json()) as Body
}

const ofVideo = (fields: object, top: object = {}) =>
  embedded({ input_type: 'video', video: { media_source: { asset_id: video }, ...fields }, ...top })

const FIXED = { temporal: { strategy: 'fixed', fixed: { duration_sec: 4 } } }

const placesOf = ({ data }: Body) =>
  data.map((each) => `${each.embedding_option} ${each.embedding_scope} ${each.start_sec}-${each.end_sec}`)

test('the official client gets clips for the local scope, and defaults of its own', async () => {
  const one = client(server.url)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: MODEL,
    video: {
      mediaSource: { assetId: video },
      segmentation: { temporal: { strategy: 'fixed', fixed: { durationSec: 6 } } },
      embeddingScope: ['local'],
    },
  })
  const task = await finished(one, id)
  expect(task.data?.map(({ embeddingOption, embeddingScope }) => [embeddingOption, embeddingScope])).toEqual([
    ['visual', 'clip'],
    ['audio', 'clip'],
    ['visual', 'clip'],
    ['audio', 'clip'],
  ])
  expect(task.metadata).toMatchObject({
    inputType: 'video',
    embeddingScopes: ['local'],
    embeddingOptions: ['visual', 'audio'],
  })
  expect(task.usage).toEqual({ inputTokens: { video: 1_680, audio: 300 }, truncated: false })
})

test('segments follow shots, and the pauses of a sound', async () => {
  const spoken = await madeMedia(
    'spoken.wav',
    [
      ['-f', 'lavfi', '-i', "aevalsrc='0.4*sin(2*PI*220*t)*lt(mod(t,4),3.4)':d=12:s=16000"],
      ['-ac', '1'],
    ].flat(),
  )
  const sound = await uploadAsset(client(server.url), spoken)
  const shots = await ofVideo({ embedding_option: ['visual'], embedding_scope: ['clip'] })
  expect(placesOf(shots)).toEqual(placesOf(shots).toSorted())
  expect(shots.data.length).toBeGreaterThan(1)
  const task = await embedded({ input_type: 'audio', audio: { media_source: { asset_id: sound.id } } })
  expect(placesOf(task)).toEqual([
    'audio clip 0-3.7',
    'audio clip 3.7-7.7',
    'audio clip 7.7-12',
    'audio asset 0-12',
  ])
  expect(task.usage).toEqual({ input_tokens: { audio: 300 }, truncated: false })
})

test('shorter vectors are prefixes of unit length', async () => {
  const request = { embedding_option: ['visual'], segmentation: FIXED }
  const long = await ofVideo(request, { embedding_dimension: 512 })
  const short = await ofVideo(request, { embedding_dimension: 128 })
  expect(short.model.dimension).toBe(128)
  for (const [at, { embedding }] of short.data.entries()) {
    expect(embedding).toHaveLength(128)
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5)
    expect(cosine(embedding, long.data[at]!.embedding.slice(0, 128))).toBeCloseTo(1, 5)
  }
  const list = (await (await server.fetch(TASKS)).json()) as { data: Body[] }
  expect(list.data[0]!.model.dimension).toBe(128)
})

test('texts with times change the fused vectors of the clips that they overlap, and no others', async () => {
  const request = {
    segmentation: FIXED,
    embedding_scope: ['clip'],
    embedding_type: ['separate_embedding', 'fused_embedding'],
  }
  const plain = await ofVideo(request)
  const noted = await ofVideo({
    ...request,
    time_based_metadata: [
      { start: 4, end: 4, text: 'a goal' },
      { start: 4.5, end: 5, text: 'the crowd rises' },
    ],
  })
  const changed = noted.data.filter(
    ({ embedding }, at) => JSON.stringify(embedding) !== JSON.stringify(plain.data[at]!.embedding),
  )
  expect(placesOf({ ...noted, data: changed })).toEqual(['fused clip 4-8'])
  expect(noted.usage.input_tokens).toMatchObject({ text: 5 })
})

test('with uncertainty every vector says how far it varies within its clip', async () => {
  const request = {
    segmentation: FIXED,
    embedding_scope: ['local'],
    embedding_type: ['separate_embedding', 'fused_embedding'],
  }
  const plain = await ofVideo(request)
  const task = await ofVideo(request, { embedding_uncertainty: true })
  expect(task.data.map(({ embedding }) => embedding)).toEqual(plain.data.map(({ embedding }) => embedding))
  for (const { embedding, embedding_uncertainty: spread = [] } of task.data) {
    expect(spread).toHaveLength(embedding.length)
    expect(spread.every((each) => each >= 0)).toBe(true)
    expect(Math.max(...spread)).toBeGreaterThan(0)
  }
  const short = await ofVideo(request, { embedding_uncertainty: true, embedding_dimension: 256 })
  const [first] = short.data
  const whole = task.data[0]!
  const norm = Math.hypot(...whole.embedding.slice(0, 256))
  expect(first!.embedding_uncertainty).toHaveLength(256)
  for (const at of [0, 100, 255])
    expect(first!.embedding_uncertainty![at]).toBeCloseTo(whole.embedding_uncertainty![at]! / norm, 5)
  expect(task.warnings?.map(({ code }) => code)).toEqual(['builtin_model'])
})
