import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FAILURE_POINTS, type FailurePoint } from '../../src/domain/failurePoints.ts'
import { databaseRows } from '../support/databaseRows.ts'
import { isLongForm } from '../support/longForm.ts'
import { scenes } from '../support/madeMedia.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const FAILING = fileURLToPath(new URL('../support/failingServer.process.ts', import.meta.url))

/** At which time a point is reached in the middle of the work of this test. */
const TIME: Readonly<Record<FailurePoint, number>> = {
  'before claim': 4,
  'after claim': 3,
  'between compute and commit': 2,
  'between upload and row': 1,
  'between commit and delete': 1,
  'in a migration': 7,
  'in a plan': 1,
}

let undisturbed: Promise<Results> | undefined
const undisturbedResults = (): Promise<Results> => (undisturbed ??= workUndisturbed())

async function workUndisturbed(): Promise<Results> {
  const server = await start(await temporaryFolder())
  const results = await allResults({ current: server })
  expect(await server.end('SIGTERM')).toBe(0)
  return results
}

/** Those after which most must be put right; the others too by `npm run test:all`. */
const OFTEN: readonly FailurePoint[] = ['after claim', 'between compute and commit', 'between upload and row']

test.each(isLongForm ? FAILURE_POINTS : OFTEN)(
  'a server that is killed %s goes on: the same results, nothing twice, no bytes left',
  { timeout: 120_000 },
  async (point) => {
    const folder = await temporaryFolder()
    const program = [process.execPath, FAILING, point, String(TIME[point])]
    // In a migration it dies before it is one.
    const first = await start(folder, program).catch(() => undefined)
    const server: Restarted = {
      current: first ?? (await start(folder)),
      ...(first && { again: () => start(folder) }),
    }
    expect(await allResults(server)).toEqual(await undisturbedResults())
    expect(server.again).toBeUndefined()
    await call(server.current, 'POST', '/api/janitor', {})
    expect(await storedBytes(folder)).toEqual(databaseRows(folder, 'select hash from object order by hash'))
    expect(await server.current.end('SIGTERM')).toBe(0)
  },
)

interface Server extends ServerProcess {
  key: string
}

interface Restarted {
  current: Server
  /** Starts the next one when this one has died, as it must once. */
  again?: () => Promise<Server>
}

async function start(folder: string, program?: readonly string[]): Promise<Server> {
  const server = await serverProcess(folder, [], { keys: '', ...(program && { program }) })
  return { ...server, key: (await readFile(join(folder, 'admin.key'), 'utf8')).trim() }
}

interface Results {
  states: string[]
  vectors: unknown
  chunks: unknown
}

/** Does a step on the server, and once more on the next one if it died meanwhile. */
async function survived<T>(server: Restarted, step: (current: Server) => Promise<T>): Promise<T> {
  try {
    return await step(server.current)
  } catch (failure) {
    const { again } = server
    if (!again) throw failure
    expect(await server.current.end('SIGTERM')).toBeNull()
    delete server.again
    server.current = await again()
    return step(server.current)
  }
}

async function allResults(server: Restarted): Promise<Results> {
  const video = new Blob([await readFile(await scenes(12))])
  const asset = await survived(server, (at) => upload(at, video))
  for (const [name, text] of Object.entries({ 'a.txt': 'A storm at sea.', 'b.txt': 'The calm harbour.' }))
    await survived(server, (at) => call(at, 'PUT', `/api/buckets/docs/objects/${name}`, text))
  const order = { input: 'video', source: { asset_id: asset }, scopes: ['clip', 'asset'], client_ref: 'once' }
  const media = await survived(server, (at) => call<{ id: string }>(at, 'POST', '/api/tasks', order))
  const bucket = await survived(server, (at) =>
    call<{ data: { task_id: string } }>(at, 'POST', '/v2/ai/embeddings', { bucket_name: 'docs' }),
  )
  const ids = [media.id, bucket.data.task_id]
  const states = []
  for (const id of ids)
    states.push((await survived(server, (at) => call<Task>(at, 'GET', `/api/tasks/${id}?wait=60`))).state)
  const vectors = await survived(server, (at) =>
    call<{ embeddings: unknown }>(at, 'GET', `/api/tasks/${media.id}/embeddings?encoding_format=base64`),
  )
  const chunks = await survived(server, (at) =>
    call<Found>(at, 'POST', '/api/search', { text: 'storm', in: { buckets: ['docs'] } }),
  )
  await survived(server, async (at) => {
    for (const path of [`/api/tasks/${media.id}`, `/v1.3/assets/${asset}`])
      // The first one may have gone through before the server died.
      await call(at, 'DELETE', path).catch((failure: unknown) => {
        if (!String(failure).includes(' 404 ')) throw failure
      })
  })
  return {
    states,
    vectors: vectors.embeddings,
    chunks: chunks.results.map(({ score, key }) => ({ score, key })),
  }
}

interface Task {
  state: string
}

interface Found {
  results: { score: number; key: string }[]
}

async function upload(server: Server, video: Blob): Promise<string> {
  const body = new FormData()
  body.append('method', 'direct')
  body.append('file', video, 'scenes.mp4')
  const { _id: id } = await call<{ _id: string }>(server, 'POST', '/v1.3/assets', body)
  return id
}

async function call<T>(
  { url, key }: Server,
  method: string,
  path: string,
  content?: object | string,
): Promise<T> {
  const body =
    content === undefined || typeof content === 'string' || content instanceof FormData
      ? content
      : JSON.stringify(content)
  const headers = new Headers({ authorization: `Bearer ${key}`, 'x-api-key': key })
  if (body !== undefined && !(body instanceof FormData)) headers.set('content-type', 'application/json')
  const response = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text || '{}') as T
}

async function storedBytes(folder: string): Promise<{ hash: string }[]> {
  const entries = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  return files.toSorted().map((hash) => ({ hash }))
}
