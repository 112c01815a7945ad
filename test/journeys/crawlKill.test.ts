import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { largeSite } from '../support/largeSite.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { send } from '../support/site.ts'
import { webServer } from '../support/webServer.ts'

interface Task {
  status: string
  files_total: number
  files_done: number
  pages: { fetched: number; stored: number; failed: number }
  failed_pages: { url: string }[]
}

const FLAGS = ['--fetch-allow', '127.0.0.1', '--crawl-delay', '0']

/** Of the crawl: two requests at once. */
const AT_ONCE = 2

test(
  'a crawl of 300 pages that is killed twice asks for no page again that had been answered',
  { timeout: 180_000 },
  async () => {
    const away = await webServer((_request, response) => response.end('nobody should come here'))
    const site = largeSite(`http://localhost:${away.port}`)
    const asked: Record<string, number> = {}
    const held: { path: string; answer: () => void }[] = []
    let answersLeft = 100
    const web = await webServer((request, response) => {
      const path = request.url ?? ''
      const answer = () => send(site.pages[path] ?? { status: 404 }, request, response)
      asked[path] = (asked[path] ?? 0) + 1
      if (answersLeft-- > 0) answer()
      else held.push({ path, answer })
    })
    const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await mkdir(join(folder, 'buckets', 'handbook'), { recursive: true })

    let server = await serverProcess(folder, FLAGS)
    const { data } = await call<{ task_id: string }>(server, '/url', {
      bucket_name: 'handbook',
      url: `${web.url}/`,
    })
    for (const _kill of [1, 2]) {
      // Whatever was answered before is written down once both requests that there may be are held.
      await until(() => held.length === AT_ONCE)
      for (const { path } of held.splice(0)) asked[path] = (asked[path] ?? 0) - 1
      await server.end('SIGKILL')
      answersLeft = 100
      server = await serverProcess(folder, FLAGS)
    }
    await until(() => held.length === AT_ONCE)
    answersLeft = Number.POSITIVE_INFINITY
    for (const { answer } of held) answer()

    const read = async () => (await call<Task>(server, `/${data.task_id}`)).data
    await until(async () => !['queued', 'processing'].includes((await read()).status))
    const task = await read()
    expect(asked).toEqual(site.asked)
    expect(away.seen).toEqual([])
    expect(task.failed_pages.map(({ url }) => new URL(url).pathname).toSorted()).toEqual([
      '/broken',
      '/cut',
      '/huge',
    ])
    expect(task).toMatchObject({
      status: 'partial_success',
      files_total: site.stored,
      files_done: site.stored,
      pages: { stored: site.stored, failed: 3 },
    })
    for (const word of site.words) {
      const query = { bucket_name: 'handbook', query: word, num_of_docs: 1, hybrid: true }
      const [hit] = (await call<{ document_chunk: string }[]>(server, '/similarity-search', query)).data
      expect(hit?.document_chunk).toContain(word)
    }
    expect(await server.end('SIGTERM')).toBe(0)
  },
)

async function call<Data>(server: ServerProcess, path: string, body?: object): Promise<{ data: Data }> {
  const response = await fetch(`${server.url}/v2/ai/embeddings${path}`, {
    headers: { authorization: 'Bearer key-of-one', 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as { data: Data }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((wake) => setTimeout(wake, 20))
}
