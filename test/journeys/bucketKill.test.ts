import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { databaseRows } from '../support/databaseRows.ts'
import { descendants, peakMemoryMb } from '../support/processTable.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'

const FILES = 1_200
const KILLS = 4
const LONG_FILE_PARAGRAPHS = 400
/** Of the main process, which holds neither documents nor lists of files. */
const MOST_MEMORY_MB = 350

interface Task {
  task_id: string
  status: string
  files_total: number
  files_done: number
}

test(
  'a server and a child that are killed in the middle of a bucket: no chunk is missing, none is there twice',
  { timeout: 300_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await fillBucket(join(folder, 'buckets', 'handbook'))
    let server = await serverProcess(folder)
    const { task_id: id } = await call(server, '', { bucket_name: 'handbook' })
    for (let kill = 1; kill <= KILLS; kill++) {
      await until(async () => (await call(server, `/${id}`)).files_done >= (kill * FILES) / (KILLS + 1))
      if (kill === 2) await killComputeChild(server)
      await server.end('SIGKILL')
      server = await serverProcess(folder)
    }
    await until(async () => !['queued', 'processing'].includes((await call(server, `/${id}`)).status))
    expect(await call(server, `/${id}`)).toMatchObject({
      status: 'success',
      files_total: FILES,
      files_done: FILES,
    })
    expect(await peakMemoryMb(server.pid)).toBeLessThan(MOST_MEMORY_MB)
    expect(await server.end('SIGTERM')).toBe(0)

    const files = databaseRows<{
      key: string
      chunk_count: number
      chunks: number
      last: number
      texts: string
    }>(
      folder,
      `select key, chunk_count, count(*) as chunks, max(ordinal) as last, group_concat(text, ' ') as texts
         from bucket_file left join chunk on file_id = bucket_file.id
        group by bucket_file.id`,
    )
    expect(files).toHaveLength(FILES)
    for (const { key, chunk_count: count, chunks, last, texts } of files) {
      expect({ key, chunks, last }).toEqual({ key, chunks: count, last: count - 1 })
      expect(texts).toContain(`This is ${key}.`)
    }
    const long = files.find(({ key }) => key === '0.txt')
    expect(long?.chunks).toBeGreaterThan(64)
  },
)

/** Small files, and a first one whose chunks take several transactions. */
async function fillBucket(bucket: string): Promise<void> {
  await mkdir(bucket, { recursive: true })
  for (let file = 0; file < FILES; file++) {
    const paragraph = `${'A word stands beside another word here. '.repeat(20)}\n\n`
    const text = `This is ${file}.txt.\n\n${paragraph.repeat(file === 0 ? LONG_FILE_PARAGRAPHS : 3)}`
    await writeFile(join(bucket, `${file}.txt`), text)
  }
}

async function call(server: ServerProcess, path: string, body?: object): Promise<Task> {
  const response = await fetch(`${server.url}/v2/ai/embeddings${path}`, {
    headers: { authorization: 'Bearer key-of-one', 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { data: Task }).data
}

async function killComputeChild(server: ServerProcess): Promise<void> {
  const children = (await descendants(server.pid)).filter(({ text }) => /compute\/child/.test(text))
  process.kill(children.at(-1)!.pid, 'SIGKILL')
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((wake) => setTimeout(wake, 50))
}
