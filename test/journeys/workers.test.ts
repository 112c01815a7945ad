import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { client, finished } from '../support/client.ts'
import { lintMetrics } from '../support/lintMetrics.ts'
import { scenes } from '../support/madeMedia.ts'
import { s3Server, type S3Server } from '../support/s3Server.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { takeDatabase } from '../support/withDatabase.ts'

let store: S3Server
beforeAll(async () => void (store = await s3Server()))
afterAll(() => store.close())

interface Place {
  /** Starts one more process on the same database and storage. */
  start(command: 'serve' | 'worker', flags?: readonly string[]): Promise<ServerProcess>
  buckets: string
}

async function place(): Promise<Place> {
  const folder = await temporaryFolder()
  const { location, giveBack } = await takeDatabase(folder)
  onTestFinished(giveBack)
  const url = 'url' in location ? location.url : ''
  const buckets = join(folder, 'buckets')
  const shared = [
    ...['--database-url', url],
    ...['--storage-url', `s3://stored/${randomUUID()}`],
    ...['--buckets-url', `file:${buckets}`],
  ]
  return {
    buckets,
    start: async (command, flags = []) =>
      serverProcess(await temporaryFolder(), [...shared, ...flags], {
        command,
        environment: store.environment,
      }),
  }
}

const server = (all: Place) => all.start('serve', ['--compute', '0'])

/** A task of a video that is an asset; it returns before anything is looked at. */
async function embedVideo({ url }: ServerProcess, seconds: number): Promise<string> {
  const one = client(url)
  const { id: assetId = '' } = await one.assets.create({
    method: 'direct',
    file: createReadStream(await scenes(seconds)),
  })
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId }, embeddingOption: ['visual'], embeddingScope: ['clip'] },
  })
  return id
}

async function telnyx<Answer>({ url }: ServerProcess, path: string, body?: object): Promise<Answer> {
  const headers = { authorization: 'Bearer key-of-one', 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v2/ai/embeddings${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  return ((await answer.json()) as { data: Answer }).data
}

const metrics = async ({ url }: ServerProcess) => lintMetrics(await (await fetch(`${url}/metrics`)).text())

test('tasks of text and video end with a server that only answers and two workers, one of them for media alone', async () => {
  const all = await place()
  await mkdir(join(all.buckets, 'texts'), { recursive: true })
  for (const name of ['one', 'two', 'three'])
    await writeFile(join(all.buckets, 'texts', `${name}.txt`), `This is text ${name}.`)
  const api = await server(all)
  const video = await embedVideo(api, 20)
  const { task_id: texts } = await telnyx<{ task_id: string }>(api, '', { bucket_name: 'texts' })
  // Nobody works yet: that is what workers are started for.
  expect((await client(api.url).embed.v2.tasks.retrieve(video)).status).toBe('processing')
  const waiting = (await metrics(api)).filter(({ name }) => name === 'embedline_queue_due_items')
  expect(new Set(waiting.map(({ labels }) => labels['kind']))).toEqual(new Set(['inspect', 'list']))

  const media = await all.start('worker', ['--only', 'media'])
  const any = await all.start('worker')
  expect((await finished(client(api.url), video)).status).toBe('ready')
  await expect
    .poll(async () => (await telnyx<{ status: string }>(api, `/${texts}`)).status, { timeout: 30_000 })
    .toBe('success')
  const claims = (await metrics(media)).filter(({ name }) => name === 'embedline_items_claimed_total')
  const mediaKinds = ['inspect', 'plan', 'slice', 'part']
  expect(claims.filter(({ labels }) => !mediaKinds.includes(labels['kind'] ?? ''))).toEqual([])
  expect((await fetch(`${any.url}/readyz`)).status).toBe(200)
  expect((await fetch(`${any.url}/v1.3/embed-v2/tasks`)).status).toBe(404)
  for (const each of [media, any, api]) expect(await each.end('SIGTERM')).toBe(0)
})

interface Item {
  kind: string
  state: string
  attempts: number
}

const items = async ({ url }: ServerProcess, task: string): Promise<Item[]> => {
  const answer = await fetch(`${url}/api/tasks/${task}/items`, { headers: { 'x-api-key': 'key-of-one' } })
  return ((await answer.json()) as { items: Item[] }).items
}

const isRunning = ({ kind, state }: Item) => kind === 'slice' && state === 'running'

const somethingRuns = async (api: ServerProcess, task: string) =>
  expect
    .poll(async () => (await items(api, task)).some(isRunning), { timeout: 30_000, interval: 10 })
    .toBe(true)

test('a worker that is asked to stop ends what it holds, and leaves the rest to the next one', async () => {
  const all = await place()
  const api = await server(all)
  const video = await embedVideo(api, 190)
  const first = await all.start('worker')
  await somethingRuns(api, video)
  expect(await first.end('SIGTERM')).toBe(0)
  const left = (await items(api, video)).filter(({ kind }) => kind === 'slice')
  expect(new Set(left.map(({ state }) => state))).toEqual(new Set(['done', 'queued']))
  await all.start('worker')
  expect((await finished(client(api.url), video)).status).toBe('ready')
  // Nothing was begun twice.
  expect((await items(api, video)).filter(({ attempts }) => attempts > 1)).toEqual([])
})

test('a killed worker loses nothing: its item runs again within its lease and two seconds', async () => {
  const all = await place()
  const api = await server(all)
  const video = await embedVideo(api, 190)
  const first = await all.start('worker')
  await somethingRuns(api, video)
  const killedMs = Date.now()
  await first.end('SIGKILL')
  await all.start('worker')
  const again = async () => (await items(api, video)).some(({ attempts }) => attempts > 1)
  await expect.poll(again, { timeout: 30_000, interval: 50 }).toBe(true)
  // Of which the lease is fifteen at most.
  expect(Date.now() - killedMs).toBeLessThan(17_000)
  expect((await finished(client(api.url), video)).status).toBe('ready')
})
