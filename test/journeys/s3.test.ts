import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
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
