import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { madePdf } from '../support/madePdf.ts'
import { descendants, processTable } from '../support/processTable.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'

const PAGES = 32
/** A page with its four quarters, and one of the whole. */
const VECTORS = PAGES * 5 + 1
/** The allowance of a PDF counts begun megabytes, and quadrants five times. */
const PADDING_BYTES = 2_500_000
const SENTENCES = 800
/** So many vectors are written when the server is killed: among the pages, and among the chunks that come after them. */
const KILLED_AT = [40, 100, VECTORS + 200]

type Kind = 'pdf' | 'text'

test(
  'a server and its children killed in the middle of documents: ready, bit-equal, no page or chunk twice, nothing survives',
  { timeout: 180_000 },
  async () => {
    const files = await makeFiles()
    const undisturbed = await undisturbedResults(files)

    const folder = await dataFolder()
    let server = await serverProcess(folder)
    const ids = await createTasks(server, files)
    const everStarted = new Set<number>()
    for (const [kill, count] of KILLED_AT.entries()) {
      await until(() => runningParts(folder) > 0)
      for (const { pid } of await descendants(server.pid)) everStarted.add(pid)
      if (kill === 0) await killComputeChild(server)
      await until(() => written(folder) >= count)
      await server.end('SIGKILL')
      expect(openParts(folder)).toBeGreaterThan(0)
      server = await serverProcess(folder)
    }
    expect(await results(server, ids)).toEqual(undisturbed)
    const { pdf, text } = undisturbed
    expect([pdf.length, text.length]).toEqual([VECTORS, SENTENCES])
    expect(new Set(pdf.map(placeOf)).size).toBe(VECTORS)
    expect(text.map(({ chunk_index }) => chunk_index)).toEqual(
      Array.from({ length: SENTENCES }, (_, at) => at),
    )
    expect(await server.end('SIGTERM')).toBe(0)
    expect(
      (await processTable()).filter(({ pid, text: words }) => everStarted.has(pid) && /compute/.test(words)),
    ).toEqual([])
  },
)

interface Item {
  embedding: readonly number[]
  embedding_uncertainty?: readonly number[]
  embedding_scope: string
  start_page_number?: number
  quadrant?: string | null
  chunk_index?: number
}

const placeOf = ({ embedding_scope: scope, start_page_number: page, quadrant }: Item) =>
  `${scope} ${page} ${quadrant}`

async function makeFiles(): Promise<Record<Kind, string>> {
  const folder = await dataFolder()
  const pages = Array.from({ length: PAGES }, (_, at) => ({
    text: `This is page ${at}`,
    colour: [at / PAGES, (at % 7) / 7, (at % 3) / 3] as const,
  }))
  const sentences = Array.from({ length: SENTENCES }, (_, at) => `Sentence ${at} stands beside another one.`)
  const files = { pdf: join(folder, 'pages.pdf'), text: join(folder, 'sentences.txt') }
  await writeFile(files.pdf, madePdf(pages, { paddingBytes: PADDING_BYTES }))
  await writeFile(files.text, sentences.join(' '))
  return files
}

async function undisturbedResults(files: Record<Kind, string>): Promise<Record<Kind, Item[]>> {
  const server = await serverProcess(await dataFolder())
  const all = await results(server, await createTasks(server, files))
  expect(await server.end('SIGTERM')).toBe(0)
  return all
}

async function createTasks(
  server: ServerProcess,
  files: Record<Kind, string>,
): Promise<Record<Kind, string>> {
  const one = client(server.url)
  const create = async (path: string, document: object, top: object = {}): Promise<string> => {
    const source = { media_source: { asset_id: (await uploadAsset(one, path)).id } }
    const answer = await call(server, '', {
      input_type: 'document',
      model_name: 'marengo3.5',
      document: { ...source, ...document },
      ...top,
    })
    return answer._id
  }
  const quadrants = { spatial: { strategy: 'quadrants' } }
  const sentences = { sequential: { strategy: 'sentence', max_sentences: 1 } }
  return {
    pdf: await create(files.pdf, { segmentation: quadrants, embedding_scope: ['local', 'asset'] }),
    text: await create(
      files.text,
      { segmentation: sentences, embedding_scope: ['local'] },
      { embedding_uncertainty: true },
    ),
  }
}

async function results(server: ServerProcess, ids: Record<Kind, string>): Promise<Record<Kind, Item[]>> {
  const resultOf = async (id: string) => {
    await finished(client(server.url), id)
    const { status, data, warnings = [] } = await call(server, `/${id}`)
    // That the built-in model stands in is told each time.
    expect({ status, warnings: warnings.map(({ code }) => code) }).toEqual({
      status: 'ready',
      warnings: ['builtin_model'],
    })
    return data
  }
  return { pdf: await resultOf(ids.pdf), text: await resultOf(ids.text) }
}

interface Task {
  _id: string
  status: string
  data: Item[]
  warnings?: { code: string }[]
}

async function call(server: ServerProcess, path: string, body?: object): Promise<Task> {
  const response = await fetch(`${server.url}/v1.3/embed-v2/tasks${path}`, {
    headers: { 'x-api-key': 'key-of-one', 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  return (await response.json()) as Task
}

async function killComputeChild(server: ServerProcess): Promise<void> {
  const children = (await descendants(server.pid)).filter(({ text }) => /compute\/child/.test(text))
  process.kill(children.at(-1)!.pid, 'SIGKILL')
}

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Looks into the database from outside, as nothing on the wire tells how far a task is. */
function count(folder: string, from: string): number {
  const database = new DatabaseSync(join(folder, 'embedline.db'), { readOnly: true })
  try {
    return Number(database.prepare(`select count(*) as n from ${from}`).get()?.['n'])
  } finally {
    database.close()
  }
}

const written = (folder: string) => count(folder, 'embedding')
const runningParts = (folder: string) => count(folder, `item where kind = 'part' and state = 'running'`)
const openParts = (folder: string) => count(folder, `item where kind = 'part' and state <> 'done'`)

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((wake) => setTimeout(wake, 10))
}
