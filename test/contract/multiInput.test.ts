import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, cosine, uploadAsset } from '../support/client.ts'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { madePdf } from '../support/madePdf.ts'
import { openServer, type OpenedServer } from '../support/withServer.ts'

const MODEL = 'marengo3.5'

interface Body {
  data: { embedding: number[]; embedding_uncertainty?: number[]; embedding_option: null; space: string }[]
  usage?: { input_tokens: Record<string, number>; truncated: boolean }
  metadata?: unknown
  model: { space: string; dimension: number }
  warnings?: { code: string }[]
}

let server: OpenedServer
let red: string
let blue: string
let video: string
let sound: string

const picture = async (name: string, colour: string): Promise<string> =>
  (
    await readFile(await madeMedia(name, ['-f', 'lavfi', '-i', `color=${colour}:s=64x64`, '-frames:v', '1']))
  ).toString('base64')

beforeAll(async () => {
  server = await openServer()
  red = await picture('red.png', 'red')
  blue = await picture('blue.png', 'blue')
  video = (await readFile(await scenes(6))).toString('base64')
  const wav = await madeMedia('tone.wav', ['-f', 'lavfi', '-i', 'sine=440:d=3'])
  sound = (await readFile(wav)).toString('base64')
}, 60_000)

afterAll(() => server.close())

const post = (multiInput: object, top: object = {}): Promise<Response> =>
  server.fetch('/v1.3/embed-v2', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input_type: 'multi_input', model_name: MODEL, multi_input: multiInput, ...top }),
  })

async function embedded(multiInput: object, top: object = {}): Promise<Body> {
  const answer = await post(multiInput, top)
  expect([answer.status, answer.status === 200 ? '' : await answer.text()]).toEqual([200, ''])
  return (await answer.json()) as Body
}

const vectorOf = ({ data }: Body): number[] => data[0]!.embedding
const image = (base64: string, name?: string) => ({ media_type: 'image', base64_string: base64, name })
const clip = (base64: string) => ({ media_type: 'video', base64_string: base64 })
const tone = (base64: string) => ({ media_type: 'audio', base64_string: base64 })

test('the official client embeds a text with references to its pictures', async () => {
  const one = client(server.url)
  const path = await madeMedia('red.png', ['-f', 'lavfi', '-i', 'color=red:s=64x64', '-frames:v', '1'])
  const asset = await uploadAsset(one, path)
  const answer = await one.embed.v2.create({
    inputType: 'multi_input',
    modelName: MODEL,
    multiInput: {
      inputText: 'A person with <@outfit> and <@bag>.',
      mediaSources: [
        { name: 'outfit', mediaType: 'image', assetId: asset.id },
        { name: 'bag', mediaType: 'image', base64String: blue },
      ],
    },
  })
  expect(answer.data).toHaveLength(1)
  expect(answer.data[0]?.embedding).toHaveLength(512)
  expect(answer.metadata).toEqual({ inputType: 'multi_input' })
  expect(answer.usage).toEqual({ inputTokens: { text: 7, image: 560 }, truncated: false })
  const named = await embedded({
    input_text: 'A person with outfit and bag.',
    media_sources: [image(red), image(blue)],
  })
  expect(vectorOf(named)).toEqual(answer.data[0]?.embedding)
  expect(named.model).toMatchObject({ space: 'fused', dimension: 512 })
})

test('what is alone is embedded as what it is', async () => {
  const older = async (body: object) =>
    (await (
      await server.fetch('/v1.3/embed-v2', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json()) as Body
  const text = await embedded({ input_text: 'man walking a dog' })
  expect(text.model.space).toBe('text')
  expect(text.usage).toEqual({ input_tokens: { text: 4 }, truncated: false })
  expect(vectorOf(text)).toEqual(
    vectorOf(await older({ input_type: 'text', text: { input_text: 'man walking a dog' } })),
  )
  const pixels = await embedded({ media_sources: [image(red)] })
  expect(pixels.model.space).toBe('image')
  expect(vectorOf(pixels)).toEqual(
    vectorOf(await older({ input_type: 'image', image: { media_source: { base64_string: red } } })),
  )
  const heard = await embedded({ media_sources: [tone(sound)] })
  expect(heard.model.space).toBe('audio')
  expect(heard.usage?.input_tokens).toEqual({ audio: 75 })
  const seen = await embedded({ media_sources: [clip(video)] })
  expect(seen.model.space).toBe('image')
  expect(seen.warnings?.map(({ code }) => code)).toContain('option_unavailable')
})

test('several become one vector, in between', async () => {
  const [one, other, both] = await Promise.all([
    embedded({ media_sources: [image(red)] }),
    embedded({ media_sources: [image(blue)] }),
    embedded({ media_sources: [image(red), image(blue)] }),
  ])
  expect(both.model.space).toBe('image')
  const mean = vectorOf(one).map((value, at) => value + vectorOf(other)[at]!)
  expect(cosine(mean, vectorOf(both))).toBeCloseTo(1, 5)
  const all = await embedded(
    { input_text: 'all of it', media_sources: [image(red), clip(video), tone(sound)] },
    { embedding_dimension: 128 },
  )
  expect(vectorOf(all)).toHaveLength(128)
  expect(Math.hypot(...vectorOf(all))).toBeCloseTo(1, 5)
  expect(all.model).toMatchObject({ space: 'fused', dimension: 128 })
  expect(all.usage?.input_tokens).toEqual({ text: 3, image: 280, video: 840, audio: 75 })
})

test('a PDF alone, with a text or without', async () => {
  const pdf = madePdf([
    { text: 'one', colour: [1, 0, 0] },
    { text: 'two', colour: [0, 0, 1] },
  ]).toString('base64')
  const source = { media_type: 'document', base64_string: pdf }
  const pages = await embedded({ media_sources: [source] })
  expect(pages.model.space).toBe('image')
  expect(pages.usage?.input_tokens).toEqual({ document: 560 })
  expect((await embedded({ input_text: 'x', media_sources: [source] })).model.space).toBe('fused')
})

test('a text that is too long is refused, or cut where that is wanted', async () => {
  const long = 'word '.repeat(2_001)
  const refused = await post({ input_text: long })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { details: { field: 'multi_input.input_text' } } })
  const cut = await embedded({ input_text: `${long}end` }, { auto_truncate: true })
  expect(cut.usage).toEqual({ input_tokens: { text: 2_000 }, truncated: true })
  const whole = await embedded({ input_text: 'word '.repeat(2_000) }, { auto_truncate: true })
  expect(whole.usage?.truncated).toBe(false)
  expect(vectorOf(cut)).toEqual(vectorOf(whole))
})

test.each([
  ['a text', () => ({ input_text: 'a man walks a dog in the park' })],
  ['a picture', () => ({ media_sources: [image(red)] })],
  ['a video and its sound', () => ({ media_sources: [clip(video)] })],
  ['a sound', () => ({ media_sources: [tone(sound)] })],
  ['two pictures', () => ({ media_sources: [image(red), image(blue)] })],
])('uncertainty of %s', async (_, multiInput) => {
  const { data } = await embedded(multiInput(), { embedding_uncertainty: true, embedding_dimension: 256 })
  expect(data[0]!.embedding).toHaveLength(256)
  expect(data[0]!.embedding_uncertainty).toHaveLength(256)
})

const base64 = Buffer.from('nothing').toString('base64')

const REFUSED: [what: string, multiInput: () => object, field: string, top?: object][] = [
  ['nothing', () => ({}), 'multi_input.input_text'],
  ['no sources and no text', () => ({ media_sources: [] }), 'multi_input.input_text'],
  [
    'eleven sources',
    () => ({ media_sources: Array.from({ length: 11 }, () => ({ media_type: 'image', url: 'http://a.b' })) }),
    'multi_input.media_sources',
  ],
  [
    'a name that no source has',
    () => ({ input_text: 'a <@hat>', media_sources: [image(red, 'bag')] }),
    'multi_input.input_text',
  ],
  [
    'a name twice',
    () => ({ input_text: 'x', media_sources: [image(red, 'bag'), image(blue, 'bag')] }),
    'multi_input.media_sources[1].name',
  ],
  [
    'several types without a text',
    () => ({ media_sources: [image(red), tone(sound)] }),
    'multi_input.input_text',
  ],
  [
    'a document beside others',
    () => ({
      input_text: 'x',
      media_sources: [image(red), { media_type: 'document', base64_string: base64 }],
    }),
    'multi_input.media_sources',
  ],
  [
    'a source of two kinds',
    () => ({ media_sources: [{ ...image(red), asset_id: 'x' }] }),
    'multi_input.media_sources[0]',
  ],
  [
    'an unknown asset',
    () => ({ input_text: 'x', media_sources: [image(red), { media_type: 'image', asset_id: 'x' }] }),
    'multi_input.media_sources[1].asset_id',
  ],
  [
    'what is no picture',
    () => ({ media_sources: [image(red), image(base64)] }),
    'multi_input.media_sources[1].base64_string',
  ],
  [
    'an unknown type',
    () => ({ media_sources: [{ media_type: 'smell' }] }),
    'multi_input.media_sources[0].media_type',
  ],
  [
    'uncertainty of text and media',
    () => ({ input_text: 'x', media_sources: [image(red)] }),
    'embedding_uncertainty',
    { embedding_uncertainty: true },
  ],
  [
    'uncertainty of one word',
    () => ({ input_text: 'x' }),
    'embedding_uncertainty',
    { embedding_uncertainty: true },
  ],
  ['another kind of input', () => ({ input_text: 'x' }), 'input_type', { input_type: 'text' }],
  ['the object of another kind', () => ({ input_text: 'x' }), 'text', { text: { input_text: 'x' } }],
  [
    'a sound for the older model',
    () => ({ media_sources: [tone(sound)] }),
    'multi_input.media_sources[0].media_type',
    { model_name: 'marengo3.0' },
  ],
  [
    'a cut for the older model',
    () => ({ input_text: 'x' }),
    'auto_truncate',
    { model_name: 'marengo3.0', auto_truncate: true },
  ],
]

test.each(REFUSED)('%s is refused by name', async (_, multiInput, field, top = {}) => {
  const answer = await post(multiInput(), top)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { details: { field } } })
})

test('media that are too long are refused; the older model takes pictures', async () => {
  const long = await madeMedia('long.wav', ['-f', 'lavfi', '-i', 'sine=440:d=31'])
  const answer = await post({ media_sources: [tone((await readFile(long)).toString('base64'))] })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    message: expect.stringContaining('Duration (31 seconds) exceeds maximum limit of 30 seconds') as string,
  })
  const older = await embedded(
    { input_text: 'a <@bag>', media_sources: [image(red, 'bag')] },
    { model_name: 'marengo3.0' },
  )
  expect(older.usage).toBeUndefined()
})
