import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { databaseRows } from '../support/databaseRows.ts'
import { isLongForm } from '../support/longForm.ts'
import { scenes } from '../support/madeMedia.ts'
import { descendants, processTable } from '../support/processTable.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'

const LONG_SEC = isLongForm ? 600 : 200
const RESUME_MS = 2_000

test(
  'a server killed three times and a child killed twice: ready, bit-equal, no segment twice, nothing survives',
  { timeout: 400_000 },
  async () => {
    const video = await scenes(LONG_SEC)
    const undisturbed = await undisturbedResult(video)

    const folder = await dataFolder()
    let server = await serverProcess(folder)
    const id = await createTask(server, video)
    const everStarted = new Set<number>()
    for (let kill = 1; kill <= 3; kill++) {
      await until(() => settledSlices(folder) >= kill)
      if (kill <= 2) await killComputeChild(server)
      await until(() => settledSlices(folder) > kill || runningSlices(folder).length > 0)
      for (const { pid } of await descendants(server.pid)) everStarted.add(pid)
      await server.end('SIGKILL')
      const before = Math.max(...runningSlices(folder).map(({ attempt }) => attempt), 0)
      server = await serverProcess(folder)
      const readyMs = performance.now()
      await until(
        () =>
          runningSlices(folder).some(({ attempt }) => attempt > before) ||
          settledSlices(folder) === slices(folder),
      )
      expect(performance.now() - readyMs).toBeLessThan(RESUME_MS)
    }
    const task = await finished(client(server.url), id)
    expect(task.status).toBe('ready')
    const keys = (task.data ?? []).map(
      ({ embeddingOption, embeddingScope, startSec }) => `${embeddingScope} ${startSec} ${embeddingOption}`,
    )
    expect(new Set(keys).size).toBe(keys.length)
    expect(task.data).toEqual(undisturbed)
    expect(await server.end('SIGTERM')).toBe(0)
    expect(
      (await processTable()).filter(({ pid, text }) => everStarted.has(pid) && /ffmpeg|compute/.test(text)),
    ).toEqual([])
  },
)

async function undisturbedResult(video: string) {
  const server = await serverProcess(await dataFolder())
  const task = await finished(client(server.url), await createTask(server, video))
  expect(task.status).toBe('ready')
  expect(await server.end('SIGTERM')).toBe(0)
  return task.data
}

async function createTask(server: ServerProcess, video: string): Promise<string> {
  const one = client(server.url)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: {
      mediaSource: { assetId: (await uploadAsset(one, video)).id },
      segmentation: { strategy: 'dynamic', dynamic: { minDurationSec: 2 } },
      embeddingOption: ['visual', 'audio'],
      embeddingType: ['separate_embedding', 'fused_embedding'],
    },
  })
  return id
}

async function killComputeChild(server: ServerProcess): Promise<void> {
  const children = (await descendants(server.pid)).filter(({ text }) => /compute\/child/.test(text))
  // The innermost one is Node itself, behind what gives it its priority and its parent's signal.
  const pid = children.at(-1)?.pid
  if (pid === undefined) throw new Error('there is no compute child to kill')
  process.kill(pid, 'SIGKILL')
}

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

// Nothing on the wire tells how far the work on a slice is: the database does.
const count = (folder: string, where: string): number =>
  databaseRows<{ n: number }>(folder, `select count(*) as n from item where kind = 'slice' and ${where}`)[0]
    ?.n ?? 0
const slices = (folder: string) => count(folder, '1')
const settledSlices = (folder: string) => count(folder, `state = 'done'`)
const runningSlices = (folder: string) =>
  databaseRows<{ attempt: number }>(
    folder,
    `select attempt from item where kind = 'slice' and state = 'running'`,
  )

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((wake) => setTimeout(wake, 20))
}
