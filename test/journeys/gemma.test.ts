import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { client, cosine, finished, uploadAsset } from '../support/client.ts'
import { GEMMA, gemmaModels } from '../support/gemmaFixture.ts'
import { madeMedia } from '../support/madeMedia.ts'
import { withServer } from '../support/withServer.ts'

/** A server whose default model is the tiny stand-in for EmbeddingGemma 2. */
async function withGemmaServer() {
  const { folder } = await gemmaModels()
  return withServer({ model: GEMMA.id, models: folder, precision: 'q8' })
}

const film = (colour: string, hertz: number) =>
  madeMedia(`${colour}-${hertz}.mp4`, [
    ...['-f', 'lavfi', '-i', `color=${colour}:size=640x360:rate=12:duration=6`],
    ...['-f', 'lavfi', '-i', `sine=frequency=${hertz}:duration=6`],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  ])

test('a word for a colour finds the video of that colour, by the official client', async () => {
  const server = await withGemmaServer()
  const one = client(server.url)
  const found = new Map<string, readonly number[]>()
  for (const [colour, hertz] of [
    ['red', 300],
    ['blue', 3000],
    ['yellow', 300],
  ] as const) {
    const asset = await uploadAsset(one, await film(colour, hertz))
    const { id } = await one.embed.v2.tasks.create({
      inputType: 'video',
      modelName: 'marengo3.0',
      video: {
        mediaSource: { assetId: asset.id },
        embeddingOption: ['visual', 'audio'],
        embeddingScope: ['asset'],
      },
    })
    const { status, data = [] } = await finished(one, id)
    expect(status).toBe('ready')
    expect(data.map(({ embeddingOption }) => embeddingOption)).toEqual(['visual', 'audio'])
    found.set(colour, data[0]!.embedding)
  }
  for (const colour of found.keys()) {
    const { data } = await one.embed.v2.create({
      inputType: 'text',
      modelName: 'marengo3.0',
      text: { inputText: `something ${colour}` },
    })
    const [{ embedding }] = data as [{ embedding: number[] }]
    expect(embedding).toHaveLength(512)
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5)
    const ranked = [...found].toSorted(([, a], [, b]) => cosine(embedding, b) - cosine(embedding, a))
    expect(ranked[0]?.[0]).toBe(colour)
  }
})

test('every answer names the model, its revision, its precision and its space', async () => {
  const server = await withGemmaServer()
  const answer = await server.fetch('/v1.3/embed-v2', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input_type: 'text', model_name: 'marengo3.0', text: { input_text: 'red' } }),
  })
  const body = await answer.text()
  expect(answer.status).toBe(200)
  for (const fact of [GEMMA.id, GEMMA.revision, 'q8']) expect(body).toContain(fact)
  expect(server.modelLine).toBe(`${GEMMA.id}@${GEMMA.revision}`)
})

test('a picture and a text together are between both', async () => {
  const server = await withGemmaServer()
  const one = client(server.url)
  const path = await madeMedia('red.png', ['-f', 'lavfi', '-i', 'color=red:size=320x240', '-frames:v', '1'])
  const mediaSource = { base64String: (await readFile(path)).toString('base64') }
  const vector = async (request: Omit<Parameters<typeof one.embed.v2.create>[0], 'modelName'>) =>
    (await one.embed.v2.create({ modelName: 'marengo3.0', ...request })).data[0]!.embedding
  const inputText = 'dog '.repeat(60)
  const picture = await vector({ inputType: 'image', image: { mediaSource } })
  const text = await vector({ inputType: 'text', text: { inputText } })
  const both = await vector({ inputType: 'text_image', textImage: { mediaSource, inputText } })
  expect(cosine(both, picture)).toBeGreaterThan(cosine(text, picture) + 0.1)
  expect(cosine(both, text)).toBeGreaterThan(cosine(picture, text) + 0.1)
})

test('weights that no compute process may hold are refused at the start, with what to do', async () => {
  const { folder } = await gemmaModels()
  const flags = { model: GEMMA.id, models: folder, precision: 'fp32' }
  await expect(withServer(flags)).rejects.toMatchObject({
    code: 'request_invalid',
    message: expect.stringContaining('--compute-memory 4GB, or a smaller --precision') as string,
  })
})
