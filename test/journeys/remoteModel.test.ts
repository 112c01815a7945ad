import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { embeddingServer, letterVector, sendJson, type EmbeddingServer } from '../support/embeddingServer.ts'
import { madeMedia, madeText, scenes } from '../support/madeMedia.ts'
import { madePdf } from '../support/madePdf.ts'
import { openServer, withServer, type TestServer } from '../support/withServer.ts'

const REMOTE_KEY = 'sk-of-the-remote-server'
const MODEL = 'openai-compatible'

const flagsFor = ({ url }: EmbeddingServer, dimension: number) => ({
  'remote-url': url,
  'remote-key': REMOTE_KEY,
  'remote-model': 'letters',
  'remote-dimension': String(dimension),
  'remote-batch': '8',
  'remote-query-prefix': 'q: ',
  'remote-document-prefix': 'd: ',
})

async function telnyx(server: TestServer, path: string, body?: object) {
  const response = await server.fetch(`/v2/ai${path}`, {
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, json: (await response.json()) as Answer }
}

interface Answer {
  data: Task & { embedding: number[] }[] & Found[]
  errors?: { detail: string }[]
}

interface Task {
  task_id: string
  status: string
  files_done: number
  files_failed: number
  files_skipped: number
  model: { id: string; revision: string; dimension: number }
}

interface Found {
  document_chunk: string
  metadata: { filename: string; embedding: string }
}

async function fill(server: TestServer, bucket: string, files: Readonly<Record<string, string>>) {
  const folder = join(server.dataFolder, 'buckets', bucket)
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
}

const embed = async (server: TestServer, bucket: string, model = MODEL) =>
  (await telnyx(server, '/embeddings', { bucket_name: bucket, embedding_model: model })).json.data.task_id

const taskOf = async (server: TestServer, id: string): Promise<Task> =>
  (await telnyx(server, `/embeddings/${id}`)).json.data

async function ended(server: TestServer, id: string): Promise<Task> {
  for (;;) {
    const task = await taskOf(server, id)
    if (!['queued', 'processing'].includes(task.status)) return task
    await new Promise((wake) => setTimeout(wake, 50))
  }
}

const search = (server: TestServer, bucket: string, query: string) =>
  telnyx(server, '/embeddings/similarity-search', { bucket_name: bucket, query, num_of_docs: 2 })

const FILES = {
  'zebra.txt': 'zzz zz zebra zz',
  'banana.txt': 'banana baa aab',
  'long.txt': 'word '.repeat(4_000),
}

/** Neither what the server logs nor what it keeps has the key in it. */
async function expectNoKey(server: TestServer) {
  expect(JSON.stringify(server.log)).not.toContain(REMOTE_KEY)
  const search = promisify(execFile)('grep', ['-rlaF', REMOTE_KEY, server.dataFolder])
  await expect(search).rejects.toMatchObject({ code: 1 })
}

test('a bucket is embedded by a model on another server, and searched; the key stays between the two', async () => {
  const remote = await embeddingServer(8)
  const server = await withServer(flagsFor(remote, 8))
  await fill(server, 'handbook', FILES)
  const task = await ended(server, await embed(server, 'handbook'))
  expect(task).toMatchObject({ status: 'success', files_done: 3, files_failed: 0 })
  expect(task.model).toMatchObject({ id: MODEL, dimension: 8 })
  expect(task.model.revision).toMatch(/^letters\/8\/[0-9a-f]{8}$/)

  const { json, headers } = await search(server, 'handbook', 'zzzz')
  expect(json.data[0]).toMatchObject({
    document_chunk: 'zzz zz zebra zz',
    metadata: { filename: 'zebra.txt' },
  })
  expect(headers.get('x-embedline-model')).toBe(`${MODEL}@${task.model.revision}`)
  expect(json.data[0]?.metadata.embedding).toBe(`${MODEL}@${task.model.revision}`)

  const inputs = remote.seen.map(({ input }) => input)
  expect(inputs.at(-1)).toEqual(['q: zzzz'])
  expect(
    inputs
      .slice(0, -1)
      .flat()
      .every((text) => text.startsWith('d: ')),
  ).toBe(true)
  expect(Math.max(...inputs.map(({ length }) => length))).toBe(8)
  expect(remote.seen.every((each) => each.headers.authorization === `Bearer ${REMOTE_KEY}`)).toBe(true)
  await search(server, 'handbook', 'zzzz')
  expect(remote.seen).toHaveLength(inputs.length)

  const texts = await telnyx(server, '/openai/embeddings', { model: MODEL, input: ['one', 'two'] })
  expect(texts.json.data.map(({ embedding }) => embedding.length)).toEqual([8, 8])
  await expectNoKey(server)
})

test('while the other server is down what needs it waits and nothing else does; when it is back nothing has failed', async () => {
  const remote = await embeddingServer(8)
  remote.behave = (_, response) => sendJson(response, 503, { error: { message: 'loading' } })
  const server = await withServer(flagsFor(remote, 8))
  await fill(
    server,
    'far',
    Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}.txt`, `text ${at}`])),
  )
  await fill(server, 'near', FILES)
  const far = await embed(server, 'far')
  await until(() => server.log.some(({ message }) => String(message).startsWith('the remote model is not')))
  expect(await ended(server, await embed(server, 'near', 'builtin'))).toMatchObject({ status: 'success' })

  const refused = await telnyx(server, '/openai/embeddings', { model: MODEL, input: 'one' })
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(refused.json.errors?.[0]?.detail).toContain('not available')
  const v1 = await server.fetch('/v1.3/embed-v2', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input_type: 'text', model_name: MODEL, text: { input_text: 'one' } }),
  })
  expect(v1.status).toBe(503)
  expect(Number(v1.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)

  expect(await taskOf(server, far)).toMatchObject({ status: 'processing', files_done: 0, files_failed: 0 })
  remote.behave = () => 'fine'
  expect(await ended(server, far)).toMatchObject({ status: 'success', files_done: 20, files_failed: 0 })
  await expectNoKey(server)
})

async function until(isTrue: () => boolean) {
  while (!isTrue()) await new Promise((wake) => setTimeout(wake, 20))
}

test('vectors of two dimensions never meet: after a change the bucket is embedded anew, and not searched before', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }))
  const start = async (dimension: number) => {
    const remote = await embeddingServer(dimension)
    const opened = await openServer({ ...flagsFor(remote, dimension), data: dataFolder })
    const server = { ...opened, dataFolder }
    return { remote, server, stop: () => opened.close() }
  }
  const first = await start(8)
  await fill(first.server, 'handbook', FILES)
  expect(await ended(first.server, await embed(first.server, 'handbook'))).toMatchObject({
    status: 'success',
  })
  await first.stop()

  const { server, remote, stop } = await start(16)
  const before = await search(server, 'handbook', 'zebra')
  expect(before.status).toBe(422)
  expect(JSON.stringify(before.json)).toContain('is not here any more')
  expect(remote.seen).toEqual([])
  const task = await ended(server, await embed(server, 'handbook'))
  expect(task).toMatchObject({ status: 'success', files_done: 3, files_skipped: 0, model: { dimension: 16 } })
  const found = await search(server, 'handbook', 'zzzz')
  expect(found.json.data[0]?.metadata.filename).toBe('zebra.txt')
  await stop()
})

test('of media a model of texts embeds what is said; what it cannot is refused by name, or left out and told', async () => {
  const remote = await embeddingServer(8)
  const server = await withServer({ ...flagsFor(remote, 8), model: MODEL })
  const twelvelabs = client(server.url)
  const lines = ['1\n00:00:01,000 --> 00:00:03,000\nA zebra.', '2\n00:00:08,000 --> 00:00:09,000\nA banana.']
  const video = await madeMedia('said.mp4', [
    ...['-i', await scenes(14), '-i', await madeText('said.srt', lines.join('\n\n'))],
    ...['-c', 'copy', '-c:s', 'mov_text'],
  ])
  const asset = await uploadAsset(twelvelabs, video)
  const order = (over: object = {}) => ({
    inputType: 'video' as const,
    modelName: 'marengo3.0' as const,
    video: { mediaSource: { assetId: asset.id }, ...over },
  })
  const created = await twelvelabs.embed.v2.tasks.create(order())
  const task = await finished(twelvelabs, created.id ?? '')
  expect(task.status).toBe('ready')
  const options = task.data?.map((each) => `${each.embeddingScope} ${String(each.embeddingOption)}`)
  expect(options).toEqual(['clip transcription', 'clip transcription', 'asset transcription'])
  expect(task.data?.every(({ embedding }) => embedding.length === 8)).toBe(true)
  const { warnings } = task as unknown as { warnings: { code: string; message: string }[] }
  expect(warnings.map(({ message }) => message)).toEqual([
    `No visual embeddings: the model ${MODEL} makes none.`,
    `No audio embeddings: the model ${MODEL} makes none.`,
  ])

  const now = await twelvelabs.embed.v2.create(order())
  expect(now.data?.map(({ embedding }) => embedding)).toEqual(
    task.data?.map(({ embedding }) => embedding.map((value) => expect.closeTo(value, 6) as number)),
  )

  const refusal = { statusCode: 400, body: { code: 'parameter_invalid' } }
  await expect(
    twelvelabs.embed.v2.tasks.create(order({ embeddingOption: ['visual'] })),
  ).rejects.toMatchObject(refusal)
  await expect(
    twelvelabs.embed.v2.tasks.create(order({ embeddingType: ['fused_embedding'] })),
  ).rejects.toMatchObject(refusal)
  await expect(
    twelvelabs.embed.v2.create({
      inputType: 'image',
      modelName: 'marengo3.0',
      image: { mediaSource: { assetId: asset.id } },
    }),
  ).rejects.toMatchObject(refusal)
})

/** The vector of texts of these lengths, as the letters of each say. */
function meanOf(texts: readonly string[]): number[] {
  const sum = Array.from({ length: 8 }, () => 0)
  for (const text of texts) {
    const vector = letterVector(`d: ${text}`, 8)
    const length = Math.hypot(...vector)
    vector.forEach((value, at) => (sum[at]! += (value / length) * text.length))
  }
  const length = Math.hypot(...sum)
  return sum.map((value) => value / length)
}

const near = (vector: readonly number[]) => vector.map((value) => expect.closeTo(value, 6) as number)

interface DocumentTask {
  _id: string
  status: string
  data: { embedding: number[]; embedding_option: string; embedding_scope: string; chunk_index?: number }[]
  usage: object
  error?: { message: string; details: { field: string } }
}

test('of a document a model of texts embeds chunks and words, also a text too long for it and while it is away; pages are refused', async () => {
  const remote = await embeddingServer(8)
  const server = await withServer({ ...flagsFor(remote, 8), model: MODEL })
  const create = async (content: string | Buffer, fields: object = {}, top: object = {}) => {
    const source = { base64_string: Buffer.from(content).toString('base64') }
    const response = await server.fetch('/v1.3/embed-v2/tasks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        input_type: 'document',
        model_name: 'marengo3.5',
        document: { media_source: source, ...fields },
        ...top,
      }),
    })
    return { status: response.status, body: (await response.json()) as DocumentTask }
  }
  const embedded = async (...order: Parameters<typeof create>) => {
    const { _id: id } = (await create(...order)).body
    await finished(client(server.url), id)
    return (await (await server.fetch(`/v1.3/embed-v2/tasks/${id}`)).json()) as DocumentTask
  }
  const sentences = { strategy: 'sentence', max_sentences: 1 }
  const local = { embedding_scope: ['local'], segmentation: { sequential: sentences } }
  const long = 'One two three four five six seven eight nine ten eleven.'
  // What it takes has a length, and at first it is away.
  let refused = 0
  remote.behave = ({ input }, response) => {
    if (refused++ === 0) return sendJson(response, 503, { error: 'loading' }, { 'retry-after': '1' })
    if (input.every((text) => text.length <= 40)) return 'fine'
    return sendJson(response, 413, { error: 'must have less than 10 tokens' })
  }
  const chunks = await embedded(`# Notes\n\nA zebra. ${long}`, local)
  expect(chunks.data.map(({ embedding_scope, chunk_index }) => [embedding_scope, chunk_index])).toEqual(
    [0, 1, 2].map((at) => ['chunk', at]),
  )
  expect(chunks.usage).toEqual({ input_tokens: { text: 17 }, truncated: false })
  const sent = remote.seen.flatMap(({ input }) => input.map((text) => text.slice('d: '.length)))
  const halves = sent.filter((text) => long.includes(text) && text !== long)
  expect(halves.slice(-2).join(' ')).toBe(long)
  expect(chunks.data[1]?.embedding).toEqual(near(meanOf(['A zebra.'])))
  expect(chunks.data[2]?.embedding).toEqual(near(meanOf(halves.slice(-2))))

  remote.behave = () => 'fine'
  const whole = await embedded('A zebra.')
  expect(whole.data).toMatchObject([{ embedding_option: 'text', embedding_scope: 'asset' }])
  expect(whole.data[0]?.embedding).toEqual(near(meanOf(['A zebra.'])))
  const pdf = madePdf([{ text: 'whales are mammals', colour: [1, 0, 0] }])
  const ofPdf = await embedded(pdf, { embedding_option: ['text'] })
  expect(ofPdf.data[0]?.embedding).toEqual(near(meanOf(['whales are mammals'])))

  for (const [content, fields, top, field] of [
    [pdf, {}, {}, 'document.embedding_option'],
    [
      pdf,
      { embedding_option: ['visual', 'text'], embedding_scope: ['asset'] },
      {},
      'document.embedding_option',
    ],
    ['A zebra.', local, { embedding_uncertainty: true }, 'embedding_uncertainty'],
    ['A zebra.', {}, { embedding_dimension: 128 }, 'embedding_dimension'],
  ] as const) {
    const { status, body } = await create(content, fields, top)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { details: { field } } })
  }
})

test('a server that only answers its API embeds texts by the other server too', async () => {
  const remote = await embeddingServer(8)
  const server = await withServer({ ...flagsFor(remote, 8), compute: '0' })
  const { json } = await telnyx(server, '/openai/embeddings', { model: MODEL, input: 'one' })
  expect(json.data.map(({ embedding }) => embedding.length)).toEqual([8])
})
