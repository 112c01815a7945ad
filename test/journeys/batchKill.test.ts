import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenAI } from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { answersIn } from '../support/batches.ts'
import { descendants, peakMemoryMb } from '../support/processTable.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'

const REQUESTS = 6_000
const KILLS = 4
/** Of the main process, which holds neither the file nor what comes of it. */
const MOST_MEMORY_MB = 350

const ENDED = ['completed', 'failed', 'expired', 'cancelled']

const nameOf = (index: number) => `request ${index}`

/** Every tenth request has nothing to embed. */
const isBad = (index: number) => index % 10 === 3

const line = (index: number) =>
  JSON.stringify({
    custom_id: nameOf(index),
    method: 'POST',
    url: '/v1/embeddings',
    body: {
      model: 'text-embedding-3-small',
      input: isBad(index) ? '' : `Text ${index}. ${'A word stands beside another. '.repeat(10)}`,
      encoding_format: 'base64',
    },
  })

const all = Array.from({ length: REQUESTS }, (_, index) => index)

test(
  'a server and a child that are killed in the middle of a batch: every request is answered, none twice',
  { timeout: 300_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    let server = await serverProcess(folder)
    const file = new File([all.map(line).join('\n')], 'requests.jsonl')
    const { id: fileId } = await clientOf(server).files.create({ file, purpose: 'batch' })
    const { id } = await clientOf(server).batches.create({
      input_file_id: fileId,
      endpoint: '/v1/embeddings',
      completion_window: '24h',
    })
    const now = () => clientOf(server).batches.retrieve(id)
    for (let kill = 1; kill <= KILLS; kill++) {
      const enough = ((kill - 1) * REQUESTS) / KILLS
      await until(async () => ((await now()).request_counts?.completed ?? 0) >= enough)
      if (kill === 2) await killComputeChild(server)
      await server.end('SIGKILL')
      server = await serverProcess(folder)
    }
    await until(async () => ENDED.includes((await now()).status))
    const batch = await now()
    const bad = all.filter(isBad)
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: REQUESTS, completed: REQUESTS - bad.length, failed: bad.length },
    })
    const namesIn = async (which: string | undefined) =>
      answersIn(await (await clientOf(server).files.content(which ?? '')).text()).map(
        ({ custom_id: name }) => name,
      )
    expect(await namesIn(batch.output_file_id)).toEqual(all.filter((index) => !isBad(index)).map(nameOf))
    expect(await namesIn(batch.error_file_id)).toEqual(bad.map(nameOf))
    const files = []
    for await (const { purpose } of clientOf(server).files.list()) files.push(purpose)
    expect(files.toSorted()).toEqual(['batch', 'batch_output', 'batch_output'])
    expect(await peakMemoryMb(server.pid)).toBeLessThan(MOST_MEMORY_MB)
    expect(await server.end('SIGTERM')).toBe(0)
  },
)

const clientOf = ({ url }: ServerProcess) => new OpenAI({ apiKey: 'key-of-one', baseURL: `${url}/v1` })

async function killComputeChild(server: ServerProcess): Promise<void> {
  const children = (await descendants(server.pid)).filter(({ text }) => /compute\/child/.test(text))
  process.kill(children.at(-1)!.pid, 'SIGKILL')
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((wake) => setTimeout(wake, 50))
}
