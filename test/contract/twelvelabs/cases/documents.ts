import { madePdf } from '../../../support/madePdf.ts'
import type { Answer } from '../../rule.ts'
import { givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { TASKS } from '../world.ts'

const PAGE = { text: 'whales are mammals', colour: [1, 0, 0] } as const
const PDF = madePdf([PAGE, { text: 'bread needs yeast', colour: [0, 0, 1] }])

const TEXT = '# Notes\n\nWhales are\nmammals. They sing. Bread needs yeast.\n'

const MODEL = { model_name: 'marengo3.5' }

const source = (content: string | Buffer) => ({ base64_string: Buffer.from(content).toString('base64') })

const documentBody = (content: string | Buffer, fields: object = {}, top: object = {}) => ({
  ...MODEL,
  input_type: 'document',
  document: { media_source: source(content), ...fields },
  ...top,
})

const QUADRANTS = { segmentation: { spatial: { strategy: 'quadrants' } } }

const sentences = (fields: object) => ({
  embedding_scope: ['local'],
  segmentation: { sequential: { strategy: 'sentence', ...fields } },
})

interface Item {
  embedding_option: string
  embedding_scope: string
  start_page_number?: number
  quadrant?: string | null
  chunk_index?: number
}

const places = ({ body }: Answer) =>
  (body as { data: Item[] }).data.map((each) =>
    [each.embedding_option, each.embedding_scope, each.start_page_number, each.quadrant, each.chunk_index]
      .filter((place) => place !== undefined && place !== null)
      .join(' '),
  )

const READY = { status: 200, schema: 'task35', body: { status: 'ready' } }

const embedded = (
  field: string,
  rule: string,
  body: object,
  is: readonly string[],
  more: Partial<Rule> = {},
): Rule => ({
  field,
  rule,
  ask: (world) => world.embedded(body),
  expected: { ...READY, seen: places, is },
  ...more,
})

const refused = (
  field: string,
  rule: string,
  body: object,
  code = 'parameter_invalid',
  names = field,
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: (world) => world.idle.post(TASKS, body),
  expected: { status: 400, code, names },
})

const results: Rule[] = [
  embedded('document', 'a PDF has a vector for each page', documentBody(PDF), [
    'visual page 1',
    'visual page 2',
  ]),
  embedded('segmentation.spatial', '`quadrants` gives five for each page', documentBody(PDF, QUADRANTS), [
    ...['visual page 1', 'visual page 1 top_left', 'visual page 1 top_right'],
    ...['visual page 1 bottom_left', 'visual page 1 bottom_right'],
    ...['visual page 2', 'visual page 2 top_left', 'visual page 2 top_right'],
    ...['visual page 2 bottom_left', 'visual page 2 bottom_right'],
  ]),
  embedded(
    'embedding_option',
    'a PDF as a whole has one of its pages and one of its words',
    documentBody(PDF, { embedding_option: ['visual', 'text'], embedding_scope: ['asset'] }),
    ['visual asset', 'text asset'],
  ),
  embedded('document', 'a text has one vector', documentBody(TEXT), ['text asset']),
  embedded(
    'segmentation.sequential',
    'gives one for each chunk of sentences, counted from zero',
    documentBody(TEXT, sentences({ max_sentences: 2, overlap_sentences: 1 })),
    ['text chunk 0', 'text chunk 1', 'text chunk 2'],
  ),
  {
    field: 'document',
    rule: 'past its allowance of pages is taken, and fails with the counts',
    ask: (world) => world.embedded(documentBody(madePdf(Array.from({ length: 13 }, () => PAGE)), QUADRANTS)),
    expected: {
      status: 200,
      schema: 'task35',
      body: {
        status: 'failed',
        error: {
          message:
            'Document (65 pages) exceeds maximum limit of 64 pages (limit document_pages_per_megabyte)',
        },
      },
    },
  },
  {
    field: 'embedding_option',
    rule: '`text` of a PDF without words is left out beside `visual`, and `warnings` says so',
    ask: (world) =>
      world.embedded(
        documentBody(madePdf([{ ...PAGE, text: '' }]), {
          embedding_option: ['visual', 'text'],
          embedding_scope: ['asset'],
        }),
      ),
    expected: {
      ...READY,
      body: { metadata: { embedding_options: ['visual'] } },
      seen: ({ body }) =>
        (body as { warnings: { code: string; option?: string }[] }).warnings.flatMap(({ code, option }) =>
          option === undefined ? [] : [`${code} ${option}`],
        ),
      is: ['option_unavailable text'],
    },
  },
  {
    field: 'metadata',
    rule: 'of a document has its options and scopes',
    ask: (world) => world.embedded(documentBody(TEXT)),
    expected: {
      ...READY,
      body: {
        metadata: { input_type: 'document', embedding_options: ['text'], embedding_scopes: ['asset'] },
      },
    },
  },
  {
    field: 'image',
    rule: 'has one vector of the whole',
    ask: (world) =>
      world.embedded({
        ...MODEL,
        input_type: 'image',
        image: { media_source: { asset_id: world.assets['still'] } },
      }),
    expected: {
      ...READY,
      body: { metadata: { input_type: 'image' }, usage: { input_tokens: { image: 280 } } },
      seen: places,
      is: ['visual asset'],
    },
  },
  {
    field: 'image',
    rule: 'with `embedding_uncertainty` has deviations',
    ask: (world) =>
      world.embedded({
        ...MODEL,
        input_type: 'image',
        image: { media_source: { asset_id: world.assets['still'] } },
        embedding_uncertainty: true,
      }),
    expected: {
      ...READY,
      seen: ({ body }) =>
        (body as { data: { embedding_uncertainty: number[] }[] }).data[0]?.embedding_uncertainty.length,
      is: 512,
    },
  },
  {
    field: 'document',
    rule: 'what is none is taken, and fails',
    ask: (world) =>
      world.embedded({
        ...MODEL,
        input_type: 'document',
        document: { media_source: { asset_id: world.assets['still'] } },
      }),
    expected: { status: 200, schema: 'task35', body: { status: 'failed' } },
  },
  {
    rule: 'the client gets the pages of an asset',
    ask: async (world) => {
      const created = await world.form('/assets', [
        ['method', 'direct'],
        ['file', PDF, 'two pages.pdf'],
      ])
      const { _id: id } = created.body as { _id: string }
      const task = await world.embedded({
        ...MODEL,
        input_type: 'document',
        document: { media_source: { asset_id: id } },
      })
      return world.client(({ embed }) => embed.v2.tasks.retrieve((task.body as { _id: string })._id))
    },
    expected: {
      ...READY,
      seen: (answer) =>
        (givenIn(answer) as { data: { startPageNumber: number }[] }).data.map((each) => each.startPageNumber),
      is: [1, 2],
    },
  },
  {
    rule: 'the client may create a document',
    ask: ({ idle }) =>
      idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'document',
          modelName: 'marengo3.5',
          document: {
            mediaSource: { base64String: PDF.toString('base64') },
            embeddingOption: ['visual'],
            embeddingScope: ['local'],
          },
        }),
      ),
    expected: { status: 202, schema: 'created' },
  },
  {
    rule: 'the list has rows of documents and pictures',
    ask: (world) => world.get(`${TASKS}?page_limit=50`),
    expected: {
      status: 200,
      schema: 'taskPage.json',
      seen: ({ text }) =>
        ['"document_embedding":', '"image_embedding":'].every((words) => text.includes(words)),
      is: true,
    },
  },
]

const requests: Rule[] = [
  refused('document', 'missing', { ...MODEL, input_type: 'document' }, 'parameter_not_provided'),
  refused(
    'document.segmentation.sequential',
    'missing for chunks of a text',
    documentBody(TEXT, { embedding_scope: ['local'] }),
    'parameter_not_provided',
  ),
  refused(
    'document.segmentation.sequential.max_sentences',
    'missing',
    documentBody(TEXT, sentences({})),
    'parameter_not_provided',
  ),
  refused(
    'document.segmentation.sequential.max_sentences',
    'zero',
    documentBody(TEXT, sentences({ max_sentences: 0 })),
  ),
  refused(
    'document.segmentation.sequential.overlap_sentences',
    'as much as a chunk',
    documentBody(TEXT, sentences({ max_sentences: 2, overlap_sentences: 2 })),
  ),
  refused(
    'document.segmentation.sequential',
    'for a PDF',
    documentBody(PDF, sentences({ max_sentences: 2 })),
  ),
  refused('document.segmentation.spatial', '`quadrants` of a text', documentBody(TEXT, QUADRANTS)),
  refused(
    'document.segmentation.temporal',
    'what only media have',
    documentBody(PDF, { segmentation: { temporal: {} } }),
    'parameter_unknown',
  ),
  refused(
    'document.embedding_option',
    '`visual` of a text',
    documentBody(TEXT, { embedding_option: ['visual'] }),
  ),
  refused(
    'document.embedding_scope',
    '`local` of the words of a PDF',
    documentBody(PDF, { embedding_option: ['text'], embedding_scope: ['local'] }),
  ),
  refused(
    'document.embedding_type',
    '`fused_embedding`',
    documentBody(PDF, { embedding_type: ['fused_embedding'] }),
    'parameter_invalid',
    'document.embedding_type[0]',
  ),
  refused('embedding_uncertainty', 'of a PDF', documentBody(PDF, {}, { embedding_uncertainty: true })),
  refused(
    'image.embedding_option',
    '`audio`',
    { ...MODEL, input_type: 'image', image: { media_source: source('x'), embedding_option: ['audio'] } },
    'parameter_invalid',
    'image.embedding_option[0]',
  ),
  refused(
    'image.embedding_scope',
    '`local`',
    { ...MODEL, input_type: 'image', image: { media_source: source('x'), embedding_scope: ['local'] } },
    'parameter_invalid',
    'image.embedding_scope[0]',
  ),
]

const tooLarge: Rule = {
  field: 'document.media_source.base64_string',
  rule: 'more than 48,000,000 bytes is 400 `parameter_invalid`',
  state: 'differs',
  why: 'the contract takes 512 MB: here an asset or a URL does, a JSON body has at most 64 MiB',
  ask: ({ idle }) => idle.post(TASKS, documentBody(Buffer.alloc(48_000_001))),
  expected: { status: 400, code: 'parameter_invalid', names: 'document.media_source.base64_string' },
}

export const DOCUMENTS: Section = {
  title: 'POST /embed-v2/tasks with marengo3.5: documents and pictures',
  method: 'embed.v2.tasks.create',
  rules: [...results, ...requests, tooLarge],
}
