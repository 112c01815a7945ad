import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestLines } from '../../test/support/batches.ts'
import { webServer } from '../../test/support/webServer.ts'
import { withApp, type TestApp } from '../../test/support/withApp.ts'
import { readSource } from '../documents/readDocument.ts'
import { openSource } from '../documents/source.ts'
import { unpack } from '../documents/zip.ts'
import { LIMIT_NAMES, publicName, type LimitName } from '../domain/limitFacts.ts'
import { limitsNamed, type Limits } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { DocumentRequest, MediaRequest } from '../domain/taskRequest.ts'
import { mediaTooLarge } from '../media/input.ts'
import { visit } from '../tasks/crawl/visit.ts'
import { planMedia } from '../tasks/planMedia.ts'
import { planDocument, planPicture } from '../tasks/planParts.ts'

const OURS = limitsNamed('ours')

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What is said when something is beyond the limit. */
type Refuse = (given: { app: TestApp; limits: Limits; url: string }) => Promise<string> | string

const said = async (answer: Promise<Response>) => (await answer).text()
const base64 = Buffer.from('a few bytes').toString('base64')

const post =
  (path: string, body: unknown): Refuse =>
  ({ app }) =>
    said(app.post(path, body))

const embed = (fields: object) => post('/v1.3/embed-v2', { model_name: 'marengo3.0', ...fields })
const createTask = (fields: object) => post('/v1.3/embed-v2/tasks', { model_name: 'marengo3.0', ...fields })
const media = { media_source: { base64_string: base64 } }
const segmented = (segmentation: object) =>
  createTask({ input_type: 'video', video: { ...media, segmentation } })
const fixed = (duration_sec: number) => segmented({ strategy: 'fixed', fixed: { duration_sec } })
const dynamic = (min_duration_sec: number) =>
  segmented({ strategy: 'dynamic', dynamic: { min_duration_sec } })
const mixed = (multi_input: object) =>
  embed({ model_name: 'marengo3.5', input_type: 'multi_input', multi_input })
const upload = { filename: 'a.mp4', type: 'video', total_size: 10 }
const beginUpload = (fields: object) => post('/v1.3/assets/multipart-uploads', { ...upload, ...fields })

const file: Refuse = ({ app }) => {
  const body = new FormData()
  body.append('method', 'direct')
  body.append('file', new Blob(['a few bytes']), 'clip.mp4')
  return said(app.fetch('/v1.3/assets', { method: 'POST', body }))
}

const uploadRequests = ({ app }: { app: TestApp }) => {
  const body = new FormData()
  body.append('purpose', 'batch')
  body.append('file', new Blob([requestLines(2).join('\n')]), 'requests.jsonl')
  return app.fetch('/v1/files', { method: 'POST', body })
}

const requestFile: Refuse = (given) => said(uploadRequests(given))

const batch: Refuse = async (given) => {
  const { id } = (await (await uploadRequests(given)).json()) as { id: string }
  const order = { input_file_id: id, endpoint: '/v1/embeddings', completion_window: '24h' }
  const made = (await (await given.app.post('/v1/batches', order)).json()) as { id: string }
  await given.app.room.drain()
  return said(given.app.fetch(`/v1/batches/${made.id}`))
}

const failure = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return ''
  } catch (thrown) {
    return (thrown as Error).message
  }
}

const VIDEO: MediaFacts = {
  container: 'mov,mp4',
  durationSec: 100,
  sizeBytes: 1000,
  video: { stream: 0, codec: 'h264', width: 400, height: 100, framesPerSec: 25, rotationDeg: 0 },
  subtitles: [],
  isPicture: false,
  seeksExactly: true,
  warnings: [],
}

const REQUEST: MediaRequest = {
  input: 'video',
  startSec: 0,
  segmentation: { strategy: 'fixed', durationSec: 6 },
  modalities: ['visual'],
  modalitiesNamed: true,
  scopes: ['clip'],
  separate: true,
  fused: false,
}

const plan: Refuse = ({ limits }) =>
  failure(() => planMedia(REQUEST, { facts: VIDEO, hasTranscript: false }, limits))

const planPdf: Refuse = ({ app, limits }) => {
  const request: DocumentRequest = { input: 'document' }
  const facts: MediaFacts = { ...VIDEO, document: { type: 'pdf', pageCount: 2 } }
  const model = app.parts.models.facts({ id: 'tiny', revision: '1' })
  return failure(() => planDocument(request, facts, { limits, model }))
}

const read =
  (name: string, content: string): Refuse =>
  async ({ limits }) => {
    const path = join(folder, name)
    await writeFile(path, content)
    const { signal } = new AbortController()
    const source = openSource(path, name, signal)
    const readMedia = () => Readable.from([])
    return failure(async () => {
      for await (const _ of readSource(source, { loader: 'default', limits, signal, readMedia }));
    })
  }

const crawl =
  (path: string): Refuse =>
  ({ app, url, limits }) =>
    failure(() => visit({ ...app.parts, limits }, url + path, new AbortController().signal))

/** Of a limit: what is beyond it when it is so small or large, or why it refuses nothing. */
const BEYOND: Record<LimitName, { as?: number; refuse: Refuse } | string> = {
  jsonBodyBytes: { as: 10, refuse: createTask({}) },
  uploadBytes: { as: 3, refuse: file },
  partedUploadBytes: { refuse: beginUpload({ total_size: OURS.partedUploadBytes + 1 }) },
  partedPictureBytes: { as: 3, refuse: beginUpload({ type: 'image' }) },
  uploadPartBytes: 'says how a file is divided',
  activeUploads: { as: 0, refuse: beginUpload({}) },
  userMetadataBytes: { as: 20, refuse: beginUpload({ user_metadata: { note: 'more than twenty bytes' } }) },
  fetchBytes: { as: 3, refuse: ({ url, ...rest }) => fetched(url)({ url, ...rest }) },
  fetchSec: {
    as: 0.001,
    async refuse({ app, url }) {
      await app.post('/v1.3/embed-v2/tasks', {
        model_name: 'marengo3.0',
        input_type: 'audio',
        audio: { media_source: { url: `${url}/hangs` } },
      })
      await app.room.drain()
      const items = await app.parts.store.read.selectFrom('item').select('error_message').execute()
      return JSON.stringify(items)
    },
  },
  waitedFetchSec: { as: 0.001, refuse: ({ url, ...rest }) => fetched(`${url}/hangs`)({ url, ...rest }) },
  inlineMediaBytes: { as: 3, refuse: createTask({ input_type: 'audio', audio: media }) },
  inlinePictureBytes: { as: 3, refuse: embed({ input_type: 'image', image: media }) },
  inlineDocumentBytes: {
    as: 3,
    refuse: createTask({ model_name: 'marengo3.5', input_type: 'document', document: media }),
  },
  pictureMinPixels: {
    as: 3,
    refuse({ app }) {
      app.room.compute.facts = { ...VIDEO, isPicture: true, picture: { width: 2, height: 9 } }
      return embed({ input_type: 'image', image: media })({ app, limits: OURS, url: '' })
    },
  },
  pictureMaxPixels: { as: 3, refuse: ({ limits }) => mediaTooLarge('picture', '2x2', limits).message },
  mediaMinSec: { as: 101, refuse: plan },
  mediaMaxSec: { as: 99, refuse: plan },
  videoMinWidth: { as: 401, refuse: plan },
  videoMinHeight: { as: 101, refuse: plan },
  videoMaxWidth: { as: 399, refuse: plan },
  videoMaxHeight: { as: 99, refuse: plan },
  videoMaxAspect: { as: 3, refuse: plan },
  fixedMinSec: { refuse: fixed(1) },
  fixedMaxSec: { refuse: fixed(11) },
  dynamicMinSec: { refuse: dynamic(1) },
  dynamicMaxSec: { refuse: dynamic(6) },
  textTokens: { as: 1, refuse: embed({ input_type: 'text', text: { input_text: 'two words' } }) },
  syncMediaSec: { as: 1, refuse: embed({ input_type: 'audio', audio: media }) },
  filenameCharacters: { refuse: beginUpload({ filename: 'a'.repeat(256) }) },
  textBodyBytes: { as: 3, refuse: post('/v2/ai/embeddings', { bucket_name: 'docs' }) },
  inputTexts: { as: 1, refuse: post('/v2/ai/openai/embeddings', { model: 'tiny', input: ['a', 'b'] }) },
  inputTextTokens: { as: 1, refuse: post('/v2/ai/openai/embeddings', { model: 'tiny', input: 'a b' }) },
  inputTokens: { as: 1, refuse: post('/v1/embeddings', { model: 'tiny', input: ['a', 'b'] }) },
  batchBytes: { as: 3, refuse: requestFile },
  batchRequests: { as: 1, refuse: batch },
  batchTexts: { as: 1, refuse: batch },
  searchResults: {
    refuse: post('/v2/ai/embeddings/similarity-search', {
      bucket_name: 'docs',
      query: 'a',
      num_of_docs: OURS.searchResults + 1,
    }),
  },
  documentBytes: { as: 3, refuse: read('a.txt', 'some words') },
  wholeDocumentBytes: { as: 3, refuse: read('a.pdf', '%PDF-1.7 some words') },
  treeDocumentBytes: { as: 3, refuse: read('a.json', '{"a": "some words"}') },
  unpackedDocumentBytes: {
    refuse: () =>
      failure(async () => {
        const path = join(folder, 'a.zip')
        await writeFile(path, Buffer.alloc(100))
        const entry = { name: 'a', method: 0, isEncrypted: false, packedBytes: 10, headerOffset: 0 }
        const source = openSource(path, 'a.zip', new AbortController().signal)
        const header = Buffer.alloc(30)
        header.writeUInt32LE(0x04034b50)
        const withHeader = {
          ...source,
          part: async (at: number, n: number) => (at === 0 ? header : Buffer.alloc(n)),
        }
        for await (const _ of unpack(withHeader, entry as never, { leftBytes: 5 }));
      }),
  },
  crawlPageBytes: { as: 3, refuse: crawl('/page.html') },
  crawlFileBytes: { as: 3, refuse: crawl('/file.pdf') },
  taskDocumentBytes: { as: 3, refuse: planPdf },
  documentPagesPerMegabyte: { as: 1, refuse: planPdf },
  mixedMediaBytes: {
    as: 3,
    refuse: mixed({ media_sources: [{ ...media.media_source, media_type: 'image' }] }),
  },
  mixedMediaSec: 'is told by the compute child: test/contract/multiInput.test.ts',
  mixedDocumentPages: 'is told by the compute child: test/contract/multiInput.test.ts',
  mixedTextTokens: { as: 1, refuse: mixed({ input_text: 'two words' }) },
  pageSize: { refuse: ({ app }) => said(app.fetch('/v1.3/assets?page_limit=51')) },
  itemSec: 'ends work, and refuses nothing',
}

const fetched = (url: string) => embed({ input_type: 'audio', audio: { media_source: { url } } })

test('whatever is refused for a limit is refused with its bound and the name that it has in /api/limits', async () => {
  const limits = { ...OURS }
  const app = await withApp(() => ({ limits }))
  app.room.parts.limits = limits
  const { url } = await webServer((request, response) => {
    if (request.url === '/hangs') return
    response.setHeader('content-type', request.url?.endsWith('.pdf') ? 'application/pdf' : 'text/html')
    response.end('more than three bytes')
  })
  const { limits: known } = (await (await app.fetch('/api/limits')).json()) as {
    limits: Record<string, { value: number | null; unit: string; meaning: string }>
  }
  expect(Object.keys(known)).toEqual(LIMIT_NAMES.map(publicName))
  const wrong: string[] = []
  for (const name of LIMIT_NAMES) {
    const beyond = BEYOND[name]
    if (typeof beyond === 'string') continue
    limits[name] = beyond.as ?? OURS[name]
    const message = await beyond.refuse({ app, limits, url })
    limits[name] = OURS[name]
    const isNamed = new RegExp(`\\(limits? [a-z_, ]*\\b${publicName(name)}\\b`).test(message)
    if (!isNamed) wrong.push(`${name}: ${message}`)
  }
  expect(wrong).toEqual([])
})

test('a picture of more bytes than are taken is refused by the name of the limit also when it is an asset', () => {
  const picture = { ...VIDEO, isPicture: true, sizeBytes: 40_000_000 }
  expect(() => planPicture(picture, OURS)).toThrow('limit of 33.55 MB (limit inline_picture_bytes)')
})
