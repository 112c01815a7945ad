import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, cosine, finished, uploadAsset } from '../support/client.ts'
import { madeMedia } from '../support/madeMedia.ts'
import { madePdf } from '../support/madePdf.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
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
  start_page_number?: number
  end_page_number?: number
  quadrant?: string
  chunk_index?: number
}

interface Body {
  _id: string
  status: string
  data: Item[]
  error?: { message: string }
  usage?: { input_tokens: Record<string, number>; truncated: boolean }
  metadata: Record<string, unknown>
  warnings?: { code: string }[]
}

const RED = [1, 0, 0] as const
const BLUE = [0, 0, 1] as const

let server: OpenedServer

beforeAll(async () => {
  server = await openServer()
}, 60_000)

afterAll(() => server.close())

const create = (request: object): Promise<Response> =>
  server.fetch(TASKS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model_name: MODEL, ...request }),
  })

const documentOf = (content: string | Buffer, fields: object = {}, top: object = {}) => ({
  input_type: 'document',
  document: { media_source: { base64_string: Buffer.from(content).toString('base64') }, ...fields },
  ...top,
})

async function embedded(request: object): Promise<Body> {
  const answer = await create(request)
  expect(answer.status).toBe(202)
  const { _id: id } = (await answer.json()) as Body
  await finished(client(server.url), id)
  return (await (await server.fetch(`${TASKS}/${id}`)).json()) as Body
}

const places = ({ data }: Body) =>
  data.map((each) => [
    each.embedding_option,
    each.embedding_scope,
    each.quadrant ?? each.start_page_number ?? each.chunk_index,
  ])

const PDF = madePdf([
  { text: 'whales are mammals', colour: RED },
  { text: 'bread needs yeast', colour: BLUE },
])

test('the official client gets a vector for each page of a PDF', async () => {
  const path = join(await temporaryFolder({ 'two pages.pdf': PDF }), 'two pages.pdf')
  const one = client(server.url)
  const asset = await uploadAsset(one, path)
  expect(asset).toMatchObject({ status: 'ready', fileType: 'application/pdf' })
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'document',
    modelName: MODEL,
    document: { mediaSource: { assetId: asset.id } },
  })
  const task = await finished(one, id)
  expect(task.data).toMatchObject([
    { embeddingOption: 'visual', embeddingScope: 'page', startPageNumber: 1, endPageNumber: 1 },
    { embeddingOption: 'visual', embeddingScope: 'page', startPageNumber: 2, endPageNumber: 2 },
  ])
  expect(task.metadata).toEqual({
    inputType: 'document',
    inputFilename: 'two pages.pdf',
    embeddingOptions: ['visual'],
    embeddingScopes: ['local'],
  })
  expect(task.usage).toEqual({ inputTokens: { document: 560 }, truncated: false })
  const { data } = await one.embed.v2.tasks.list()
  expect(data[0]?.documentEmbedding?.metadata).toMatchObject({
    inputFilename: 'two pages.pdf',
    documentEmbeddingOption: ['visual'],
    documentEmbeddingScope: ['local'],
  })
})

test('quadrants give five vectors a page, of which the whole one is that of the page alone', async () => {
  const whole = await embedded(documentOf(PDF, { embedding_scope: ['local', 'asset'] }))
  const spatial = { spatial: { strategy: 'quadrants' } }
  const quarters = await embedded(documentOf(PDF, { segmentation: spatial, embedding_scope: ['local'] }))
  expect(places(quarters)).toEqual(
    [1, 2].flatMap((page) =>
      [page, 'top_left', 'top_right', 'bottom_left', 'bottom_right'].map((place) => [
        'visual',
        'page',
        place,
      ]),
    ),
  )
  expect(quarters.data[5]).toMatchObject({ start_page_number: 2, end_page_number: 2, start_sec: null })
  expect(quarters.data[0]!.embedding).toEqual(whole.data[0]!.embedding)
  expect(quarters.data[5]!.embedding).toEqual(whole.data[1]!.embedding)
  expect(cosine(quarters.data[1]!.embedding, quarters.data[6]!.embedding)).toBeLessThan(0.9)
  expect(quarters.usage?.input_tokens).toEqual({ document: 2_800 })
  const [first, second, all] = whole.data
  expect(places(whole)[2]).toEqual(['visual', 'asset', undefined])
  const mean = first!.embedding.map((value, at) => value + second!.embedding[at]!)
  expect(cosine(mean, all!.embedding)).toBeCloseTo(1, 6)
})

test('the words of a PDF, of a text and of a chunk', async () => {
  const pdf = await embedded(
    documentOf(PDF, { embedding_option: ['visual', 'text'], embedding_scope: ['asset'] }),
  )
  expect(places(pdf)).toEqual([
    ['visual', 'asset', undefined],
    ['text', 'asset', undefined],
  ])
  expect(pdf.usage?.input_tokens).toEqual({ document: 560, text: 6 })
  const text = '# Notes\n\nWhales are\nmammals. They sing. Bread needs yeast.\n\n- Salt too. Flour!\n'
  const whole = await embedded(documentOf(text))
  expect(places(whole)).toEqual([['text', 'asset', undefined]])
  expect(whole.metadata).toEqual({
    input_type: 'document',
    embedding_options: ['text'],
    embedding_scopes: ['asset'],
  })
  const sequential = { strategy: 'sentence', max_sentences: 2, overlap_sentences: 1 }
  const chunks = await embedded(
    documentOf(
      text,
      { embedding_scope: ['local'], segmentation: { sequential } },
      { embedding_uncertainty: true, embedding_dimension: 128 },
    ),
  )
  // Notes, Whales …, They sing, Bread …, Salt too, Flour: five chunks of two.
  expect(places(chunks)).toEqual([0, 1, 2, 3, 4].map((at) => ['text', 'chunk', at]))
  for (const { embedding, embedding_uncertainty: spread } of chunks.data) {
    expect(embedding).toHaveLength(128)
    expect(spread).toHaveLength(128)
  }
})

test('a picture has one vector, whose uncertainty is how far crops of it vary', async () => {
  const path = await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1'])
  const one = client(server.url)
  const asset = await uploadAsset(one, path)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'image',
    modelName: MODEL,
    embeddingUncertainty: true,
    image: { mediaSource: { assetId: asset.id } },
  })
  const task = await finished(one, id)
  expect(task.data).toMatchObject([{ embeddingOption: 'visual', embeddingScope: 'asset' }])
  expect(task.data?.[0]?.embeddingUncertainty).toHaveLength(512)
  expect(Math.max(...(task.data?.[0]?.embeddingUncertainty ?? []))).toBeGreaterThan(0)
  expect(task.metadata).toMatchObject({
    inputType: 'image',
    embeddingOptions: ['visual'],
    embeddingScopes: ['asset'],
  })
  expect(task.usage).toEqual({ inputTokens: { image: 280 }, truncated: false })
  const sync = await one.embed.v2.create({
    inputType: 'image',
    modelName: 'marengo3.0',
    image: { mediaSource: { assetId: asset.id } },
  })
  expect(cosine(sync.data[0]!.embedding, task.data?.[0]?.embedding ?? [])).toBeCloseTo(1, 6)
})

test('a PDF past its allowance is taken, and fails with the counts', async () => {
  const page = { text: 'x', colour: RED }
  const many = await embedded(documentOf(madePdf(Array.from({ length: 65 }, () => page))))
  expect(many).toMatchObject({
    status: 'failed',
    error: {
      message: 'Document (65 pages) exceeds maximum limit of 64 pages (limit document_pages_per_megabyte)',
    },
  })
  const quarters = await embedded(
    documentOf(madePdf(Array.from({ length: 13 }, () => page)), {
      segmentation: { spatial: { strategy: 'quadrants' } },
    }),
  )
  expect(quarters.error?.message).toContain('Document (65 pages) exceeds maximum limit of 64 pages')
})

test('words that a PDF does not have are left out with a warning beside its pages, and fail it alone', async () => {
  const scan = madePdf([{ text: '', colour: RED }])
  const both = await embedded(
    documentOf(scan, { embedding_option: ['visual', 'text'], embedding_scope: ['asset'] }),
  )
  expect(both).toMatchObject({ status: 'ready', metadata: { embedding_options: ['visual'] } })
  expect(places(both)).toEqual([['visual', 'asset', undefined]])
  expect(both.warnings?.filter(({ code }) => code !== 'builtin_model')).toEqual([
    {
      code: 'option_unavailable',
      message: 'No text embeddings: The PDF holds no text; its pages may be pictures.',
      option: 'text',
    },
  ])
  const words = await embedded(documentOf(scan, { embedding_option: ['text'] }))
  expect(words).toMatchObject({
    status: 'failed',
    error: { message: 'The PDF holds no text; its pages may be pictures.' },
  })
})

test('a document by base64 may be as large as a body has room for, and is refused past that by name', async () => {
  const padded = (paddingBytes: number) => madePdf([{ text: 'x', colour: RED }], { paddingBytes })
  const most = 48_000_000
  // The address of its table takes more digits, too.
  const large = await embedded(documentOf(padded(most - padded(0).length - 8)))
  expect(places(large)).toEqual([['visual', 'page', 1]])
  const tooLarge = await create(documentOf(padded(most)))
  expect(tooLarge.status).toBe(400)
  expect(await tooLarge.json()).toMatchObject({
    code: 'parameter_invalid',
    error: { details: { field: 'document.media_source.base64_string' } },
  })
})

test('a document of another type fails and says which ones are embedded', async () => {
  const html = '<!doctype html><title>Whales</title><p>Whales are mammals.</p>'
  const embeddedTypes = 'Of documents, PDF, text and Markdown are embedded.'
  const page = await embedded(documentOf(html))
  expect(page.status).toBe('failed')
  expect(page.error?.message).toBe(`The file is an HTML page: no video, sound or picture. ${embeddedTypes}`)
  const path = join(await temporaryFolder({ 'page.html': html }), 'page.html')
  const asset = await uploadAsset(client(server.url), path)
  const refused = await create({
    input_type: 'document',
    document: { media_source: { asset_id: asset.id } },
  })
  expect(refused.status).toBe(400)
  expect(((await refused.json()) as { message: string }).message).toContain(embeddedTypes)
})

test('a document that is none fails and says what it is; a document is no video', async () => {
  const png = await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1'])
  const asset = await uploadAsset(client(server.url), png)
  const source = { media_source: { asset_id: asset.id } }
  const picture = await embedded({ input_type: 'document', document: source })
  expect(picture).toMatchObject({ status: 'failed' })
  expect(picture.error?.message).toMatch(/no document \(png\)/)
  const video = await embedded({
    input_type: 'video',
    video: { media_source: { base64_string: PDF.toString('base64') } },
  })
  expect(video.error?.message).toMatch(/a PDF document/)
  const image = await embedded({
    input_type: 'image',
    image: { media_source: { base64_string: PDF.toString('base64') } },
  })
  expect(image.error?.message).toMatch(/no picture \(pdf\)/)
})

const chunks = { sequential: { strategy: 'sentence', max_sentences: 2 } }
const local = { embedding_scope: ['local'] }

const REFUSED: [what: string, request: object, field: string][] = [
  ['chunks without sentences', documentOf('a text', local), 'document.segmentation.sequential'],
  ['pictures of a text', documentOf('a text', { embedding_option: ['visual'] }), 'document.embedding_option'],
  [
    'the words of a page',
    documentOf(PDF, { ...local, embedding_option: ['text'] }),
    'document.embedding_scope',
  ],
  [
    'sentences of a PDF',
    documentOf(PDF, { ...local, segmentation: chunks }),
    'document.segmentation.sequential',
  ],
  [
    'quarters of a text',
    documentOf('a text', { segmentation: { spatial: { strategy: 'quadrants' } } }),
    'document.segmentation.spatial',
  ],
  [
    'quarters of no page',
    documentOf(PDF, { segmentation: { spatial: { strategy: 'quadrants' } }, embedding_scope: ['asset'] }),
    'document.segmentation.spatial',
  ],
  ['uncertainty of a PDF', documentOf(PDF, {}, { embedding_uncertainty: true }), 'embedding_uncertainty'],
  [
    'uncertainty of a whole text',
    documentOf(
      'a text',
      { embedding_scope: ['local', 'asset'], segmentation: chunks },
      { embedding_uncertainty: true },
    ),
    'embedding_uncertainty',
  ],
  [
    'a fused document',
    documentOf(PDF, { embedding_type: ['fused_embedding'] }),
    'document.embedding_type[0]',
  ],
  [
    'an overlap as long as a chunk',
    documentOf('a text', {
      ...local,
      segmentation: { sequential: { ...chunks.sequential, overlap_sentences: 2 } },
    }),
    'document.segmentation.sequential.overlap_sentences',
  ],
  [
    'no count of sentences',
    documentOf('a text', { ...local, segmentation: { sequential: { strategy: 'sentence' } } }),
    'document.segmentation.sequential.max_sentences',
  ],
  ['segments of time', documentOf(PDF, { segmentation: { temporal: {} } }), 'document.segmentation.temporal'],
  [
    'a sound of a picture',
    {
      input_type: 'image',
      image: { media_source: { base64_string: PDF.toString('base64') }, embedding_option: ['audio'] },
    },
    'image.embedding_option[0]',
  ],
  [
    'words and pages, before anybody has looked',
    {
      input_type: 'document',
      document: {
        media_source: { url: 'http://127.0.0.1:1/x.pdf' },
        embedding_option: ['visual', 'text'],
        embedding_scope: ['local'],
      },
    },
    'document.embedding_scope',
  ],
]

test.each(REFUSED)('a create with %s is refused by name', async (_, request, field) => {
  const answer = await create(request)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { details: { field } } })
})
