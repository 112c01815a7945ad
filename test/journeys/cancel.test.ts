import { expect, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { databaseRows } from '../support/databaseRows.ts'
import { scenes } from '../support/madeMedia.ts'
import { descendants } from '../support/processTable.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { withFolder } from '../support/withStore.ts'

const LONG_SEC = 240

/** Four slices. */
const END_SEC = 240

const count = (folder: string, from: string): number =>
  databaseRows<{ n: number }>(folder, `select count(*) as n from ${from}`)[0]?.n ?? 0

const doneSlices = (folder: string) => count(folder, `item where kind = 'slice' and state = 'done'`)

const ffmpegs = async ({ pid }: ServerProcess) =>
  (await descendants(pid)).filter(({ text }) => /^\S*(ffmpeg|nice .*ffmpeg)/.test(text))

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((wake) => setTimeout(wake, 20))
}

const call = (server: ServerProcess, path: string, method = 'GET') =>
  fetch(`${server.url}/api/tasks/${path}`, { method, headers: { 'x-api-key': 'key-of-one' } })

async function createTask(server: ServerProcess, video: string): Promise<string> {
  const one = client(server.url)
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId: (await uploadAsset(one, video)).id }, endSec: END_SEC },
  })
  return id
}

test(
  'a long video that is cancelled: ffmpeg ends, nothing more starts, finished slices stay, a retry does the rest',
  { timeout: 240_000 },
  () =>
    withFolder(async (folder) => {
      const server = await serverProcess(folder)
      const id = await createTask(server, await scenes(LONG_SEC))
      await until(() => doneSlices(folder) >= 1)
      await until(async () => (await ffmpegs(server)).length > 0)
      const answer = await call(server, `${id}/cancel`, 'POST')
      expect(await answer.json()).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
      const done = doneSlices(folder)
      const vectors = count(folder, 'embedding')
      expect(vectors).toBeGreaterThan(0)
      const kept = (await (await call(server, `${id}/embeddings`)).json()) as { embeddings: object[] }
      expect(kept.embeddings).toHaveLength(vectors)
      const cancelledMs = performance.now()
      await until(async () => (await ffmpegs(server)).length === 0)
      // The promise is two seconds; a machine with other work to do gets more for the same.
      expect(performance.now() - cancelledMs).toBeLessThan(10_000)
      // The children are free again: another task goes through.
      const other = await createTask(server, await scenes(12))
      expect((await finished(client(server.url), other)).status).toBe('ready')
      expect([doneSlices(folder) - 1, count(folder, `item where state in ('queued', 'running')`)]).toEqual([
        done,
        0,
      ])
      expect(count(folder, `embedding where task_id = '${id}'`)).toBe(vectors)
      expect(await (await call(server, `${id}/items?state=cancelled`)).json()).toMatchObject({
        items: expect.arrayContaining([expect.objectContaining({ kind: 'slice' })]) as unknown,
      })

      expect(await (await call(server, `${id}/retry`, 'POST')).json()).toMatchObject({ state: 'processing' })
      const task = await finished(client(server.url), id)
      expect(task.status).toBe('ready')
      expect(count(folder, `item where task_id = '${id}' and kind = 'slice' and attempt > 2`)).toBe(0)

      expect((await call(server, id, 'DELETE')).status).toBe(204)
      expect((await call(server, id)).status).toBe(404)
      expect(count(folder, `embedding where task_id = '${id}'`)).toBe(0)
      expect(await server.end('SIGTERM')).toBe(0)
    }),
)

test('a server that is killed right after it answered a cancel starts nothing of the task again', () =>
  withFolder(async (folder) => {
    const server = await serverProcess(folder)
    const id = await createTask(server, await scenes(LONG_SEC))
    await until(() => doneSlices(folder) >= 1)
    expect((await call(server, `${id}/cancel`, 'POST')).status).toBe(200)
    await server.end('SIGKILL')
    const done = doneSlices(folder)
    const next = await serverProcess(folder)
    const other = await createTask(next, await scenes(12))
    expect((await finished(client(next.url), other)).status).toBe('ready')
    expect(doneSlices(folder)).toBe(done + 1)
    expect(await (await call(next, id)).json()).toMatchObject({ state: 'cancelled' })
    expect(await next.end('SIGTERM')).toBe(0)
  }))
