import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { OpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { scenes } from '../support/madeMedia.ts'
import { paddedVideo } from '../support/paddedVideo.ts'
import { s3Server, type S3Server } from '../support/s3Server.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

let store: S3Server
beforeAll(async () => void (store = await s3Server()))
afterAll(() => store.close())
beforeEach(() => {
  store.fault = () => undefined
  store.seen.length = 0
})

const serve = (folder: string, { port = 0, flags = [] as string[] } = {}) =>
  serverProcess(folder, ['--storage-url', 's3://stored/of/embedline', ...flags], {
    port,
    environment: store.environment,
  })

const EMBEDLINE = new URL('../../bin/embedline', import.meta.url).pathname
const HEADERS = { 'x-api-key': 'key-of-one' }

const content = (server: ServerProcess, id: string, range?: string): Promise<Response> =>
  fetch(`${server.url}/api/assets/${id}/content`, { headers: { ...HEADERS, ...(range && { range }) } })

/** What is left on this machine, but for folders. */
const localFiles = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, 's3'), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

async function embedded(server: ServerProcess, assetId: string) {
  const one = client(server.url)
  const task = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId }, embeddingOption: ['visual'], embeddingScope: ['asset'] },
  })
  return finished(one, task.id ?? '')
}

test('an asset is stored in S3, embedded, read in ranges and deleted; no secret is told, and no byte is left', async () => {
  const folder = await temporaryFolder()
  const server = await serve(folder, { flags: ['--log-level', 'debug'] })
  const one = client(server.url)
  const video = await scenes(6)
  const { id, status } = await uploadAsset(one, video)
  expect(status).toBe('ready')
  expect(await store.keys()).toEqual([
    expect.stringMatching(/^of\/embedline\/[\w-]+\/[0-9a-f]{2}\/[0-9a-f]{64}$/),
  ])
  const task = await embedded(server, id)
  expect(task.status).toBe('ready')
  const whole = Buffer.from(await (await content(server, id)).arrayBuffer())
  const part = await content(server, id, 'bytes=1000-1999')
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${whole.length}`])
  expect(whole.subarray(1000, 2000).equals(Buffer.from(await part.arrayBuffer()))).toBe(true)
  // What came in by this server is looked into and embedded without being fetched again.
  expect(
    store.seen.filter(({ method, path }) => method === 'GET' && /\/[0-9a-f]{64}/.test(path)),
  ).toHaveLength(2)

  const backup = join(await temporaryFolder(), 'backup')
  const flags = ['--data', folder, '--storage-url', 's3://stored/of/embedline', '--json']
  const { stdout } = await promisify(execFile)(EMBEDLINE, ['backup', backup, ...flags])
  expect(JSON.parse(stdout)).toMatchObject({ files: 1 })

  store.fault = () => ({ status: 403, code: 'AccessDenied' })
  const refused = await content(server, id)
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const told = `${await refused.text()}${server.output.join('\n')}`
  expect(told).toContain('AccessDenied')
  expect(told).not.toContain('S3RVER')
  store.fault = () => undefined

  await fetch(`${server.url}/v1.3/embed-v2/tasks/${task.id}`, { method: 'DELETE', headers: HEADERS })
  await one.assets.delete(id)
  await expect.poll(() => store.keys()).toEqual([])
  expect((await content(server, id)).status).toBe(404)
  expect(await localFiles(folder)).toEqual([])
  expect(await server.end('SIGTERM')).toBe(0)
})

/** With documents, bytes and results of batches in S3. */
const serveBuckets = (folder: string, flags: string[] = []) =>
  serve(folder, { flags: ['--buckets-url', 's3:docs-{account}-', '--log-level', 'debug', ...flags] })

async function call<Answer>(
  server: ServerProcess,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...HEADERS, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
  return (answer === '' ? undefined : JSON.parse(answer)) as Answer
}

const putDocument = (server: ServerProcess, key: string, body: string) =>
  fetch(`${server.url}/api/buckets/handbook/objects/${key}`, { method: 'PUT', headers: HEADERS, body })

interface BucketTask {
  state: string
  files: Record<string, number>
}

async function embedBucket(server: ServerProcess): Promise<{ id: string; task: BucketTask }> {
  const { data } = await call<{ data: { task_id: string } }>(server, 'POST', '/v2/ai/embeddings', {
    bucket_name: 'handbook',
  })
  const path = `/api/tasks/${data.task_id}?wait=30`
  for (;;) {
    const task = await call<BucketTask>(server, 'GET', path)
    if (!['queued', 'processing'].includes(task.state)) return { id: data.task_id, task }
  }
}

test('documents in buckets of S3 are embedded, found, changed and gone as those in folders; nobody else has them, and no secret is told', async () => {
  const folder = await temporaryFolder()
  const server = await serveBuckets(folder)
  await putDocument(server, 'refunds.txt', 'Refunds are paid within ten days of approval.')
  await putDocument(server, 'travel/trains.md', '# Trains\n\nBook second class.')
  expect(await call(server, 'GET', '/api/buckets')).toEqual({ buckets: ['handbook'] })
  const other = await fetch(`${server.url}/api/buckets`, { headers: { 'x-api-key': 'key-of-two' } })
  expect(await other.json()).toEqual({ buckets: [] })
  const first = await embedBucket(server)
  expect(first.task.state).toBe('ready')
  const search = () =>
    call<{ data: { document_chunk: string }[] }>(server, 'POST', '/v2/ai/embeddings/similarity-search', {
      bucket_name: 'handbook',
      query: 'refunds approval',
      num_of_docs: 1,
    })
  expect((await search()).data[0]?.document_chunk).toContain('ten days')

  // Read a second time only where something changed.
  store.seen.length = 0
  await putDocument(server, 'refunds.txt', 'Refunds are paid within three days of approval.')
  await fetch(`${server.url}/api/buckets/handbook/objects/travel/trains.md`, {
    method: 'DELETE',
    headers: HEADERS,
  })
  expect((await embedBucket(server)).task.state).toBe('ready')
  expect((await search()).data[0]?.document_chunk).toContain('three days')
  const read = store.seen
    .filter(({ path }) => path.includes('x-id=GetObject'))
    .map(({ path }) => path.split('?')[0])
  expect(read).toEqual(['/docs-one-handbook/refunds.txt'])

  // A store that is away for a while ends no task.
  await putDocument(server, 'new.txt', 'Something new about lamps.')
  let failures = 0
  store.fault = ({ path }) =>
    path.includes('new.txt') && path.includes('x-id=GetObject') && failures++ < 3
      ? { status: 500, code: 'InternalError' }
      : undefined
  expect((await embedBucket(server)).task.state).toBe('ready')
  expect(failures).toBe(4)
  store.fault = () => ({ status: 403, code: 'AccessDenied' })
  const refused = await fetch(`${server.url}/api/buckets/handbook/objects`, { headers: HEADERS })
  expect(refused.status).toBe(503)
  store.fault = () => undefined
  const told = `${await refused.text()}${server.output.join('\n')}`
  expect(told).not.toContain('S3RVER')
  expect(await readdir(join(folder, 'buckets-s3'))).toEqual([])
  expect(await server.end('SIGTERM')).toBe(0)
})

test('results of a batch and files of an account lie in S3, are read from there, and leave nothing behind', async () => {
  const server = await serve(await temporaryFolder())
  const line = (name: string) =>
    JSON.stringify({
      custom_id: name,
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: name },
    })
  const openai = new OpenAI({ apiKey: 'key-of-one', baseURL: `${server.url}/v1` })
  const { id: fileId } = await openai.files.create({
    file: new File([['one', 'two'].map(line).join('\n')], 'requests.jsonl'),
    purpose: 'batch',
  })
  const { id } = await openai.batches.create({
    input_file_id: fileId,
    endpoint: '/v1/embeddings',
    completion_window: '24h',
  })
  await expect
    .poll(async () => (await openai.batches.retrieve(id)).status, { timeout: 30_000 })
    .toBe('completed')
  const { output_file_id: outputId = '' } = await openai.batches.retrieve(id)
  const output = await (await openai.files.content(outputId)).text()
  expect(
    output
      .trim()
      .split('\n')
      .map((text) => (JSON.parse(text) as { custom_id: string }).custom_id),
  ).toEqual(['one', 'two'])
  expect(
    store.seen.some(
      ({ method, path }) => method === 'GET' && /stored\/of\/embedline\/.*[0-9a-f]{64}/.test(path),
    ),
  ).toBe(true)
  for (const each of [fileId, outputId]) await openai.files.delete(each)
  await expect.poll(() => store.keys()).toEqual([])
  expect(await server.end('SIGTERM')).toBe(0)
})

const PROGRAM = new URL('../support/uploadFile.process.ts', import.meta.url).pathname

test('a server killed while a file comes in goes on with its parts in S3: uploadFile ends as if nothing had been', async () => {
  const video = await paddedVideo(30 * 1024 ** 2)
  const path = join(await temporaryFolder(), 'large.mp4')
  await writeFile(path, video)
  const folder = await temporaryFolder()
  const first = await serve(folder)
  const upload = spawn(process.execPath, [PROGRAM, first.url, path], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TMPDIR: dirname(path) },
  })
  onTestFinished(() => void upload.kill('SIGKILL'))
  const output = text(upload.stdout)
  const exited = once(upload, 'exit')
  const isPart = ({ method, path: asked }: { method: string; path: string }) =>
    method === 'PUT' && asked.includes('partNumber=')
  await expect
    .poll(() => store.seen.filter(isPart).length, { timeout: 30_000, interval: 3 })
    .toBeGreaterThan(1)
  await first.end('SIGKILL')

  const second = await serve(folder, { port: Number(new URL(first.url).port) })
  expect(await exited).toEqual([0, null])
  const { assetId } = JSON.parse((await output).split('\n').at(-1) ?? '') as { assetId: string }
  const one = client(second.url)
  await expect
    .poll(async () => (await one.assets.retrieve(assetId)).status, { timeout: 30_000 })
    .toBe('ready')
  expect(video.equals(Buffer.from(await (await content(second, assetId)).arrayBuffer()))).toBe(true)
  expect(await store.keys()).toHaveLength(1)
  // To be hashed it was fetched once, and then it was here.
  const gets = store.seen.filter(
    ({ method, path: asked }) => method === 'GET' && /assembled\/[\w-]+\?x-id/.test(asked),
  )
  expect(gets).toHaveLength(1)
  expect((await embedded(second, assetId)).status).toBe('ready')
  expect(await second.end('SIGTERM')).toBe(0)
})

test('a server that cannot use its bucket says why, and does not start', async () => {
  store.fault = () => ({ status: 404, code: 'NoSuchBucket' })
  await expect(serve(await temporaryFolder())).rejects.toThrow(
    'The bucket in which this server stores bytes does not exist (NoSuchBucket)',
  )
})
