import { Agent, EventSource, type Dispatcher } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const KEY = 'key-of-one'

/** Sends the key with every request, which the standard's client cannot do by itself. */
function withKey(): Dispatcher {
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  return agent.compose((dispatch) => (options, handler) => {
    const headers = new Headers(options.headers as Record<string, string>)
    headers.set('x-api-key', KEY)
    return dispatch({ ...options, headers: Object.fromEntries(headers) }, handler)
  })
}

interface Seen {
  id: number
  task_id: string
  kind: string
}

/** The standard's client, which comes back by itself with the last id that it has heard. */
function watch(url: string, path: string): { seen: Seen[]; source: EventSource } {
  const source = new EventSource(url + path, { node: { dispatcher: withKey(), reconnectionTime: 100 } })
  onTestFinished(() => source.close())
  const seen: Seen[] = []
  for (const kind of ['created', 'item_failed', 'ended'])
    source.addEventListener(kind, (event) => {
      const { data } = event as Event & { data: string }
      seen.push(JSON.parse(data) as Seen)
    })
  return { seen, source }
}

async function create({ url }: ServerProcess, text: string): Promise<string> {
  const answer = await fetch(`${url}/v1.3/embed-v2/tasks`, {
    method: 'POST',
    headers: { 'x-api-key': KEY },
    body: JSON.stringify({
      input_type: 'video',
      model_name: 'marengo3.0',
      video: { media_source: { base64_string: Buffer.from(text).toString('base64') } },
    }),
  })
  return ((await answer.json()) as { _id: string })._id
}

test('an EventSource hears every event once, over a kill of the server, and stops when its task has ended', async () => {
  const folder = await temporaryFolder()
  const first = await serverProcess(folder)
  const port = Number(new URL(first.url).port)
  const account = watch(first.url, '/api/events')
  await expect.poll(() => account.source.readyState, { timeout: 20_000 }).toBe(EventSource.OPEN)
  const before = await create(first, 'no video')
  await expect.poll(() => account.seen.map(({ kind }) => kind), { timeout: 20_000 }).toContain('ended')
  await first.end('SIGKILL')

  const second = await serverProcess(folder, [], { port })
  const after = await create(second, 'no video either')
  const single = watch(second.url, `/api/tasks/${after}/events`)
  const endOf = (id: string) => (seen: readonly Seen[]) =>
    seen.some(({ task_id, kind }) => task_id === id && kind === 'ended')
  await expect.poll(() => endOf(after)(account.seen), { timeout: 30_000 }).toBe(true)
  await expect.poll(() => single.source.readyState, { timeout: 20_000 }).toBe(EventSource.CLOSED)

  expect(single.seen.map(({ kind }) => kind)).toEqual(['created', 'item_failed', 'ended'])
  expect(account.seen.map(({ task_id, kind }) => [task_id, kind])).toEqual([
    [before, 'created'],
    [before, 'item_failed'],
    [before, 'ended'],
    [after, 'created'],
    [after, 'item_failed'],
    [after, 'ended'],
  ])
  expect(account.seen.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6])
})
