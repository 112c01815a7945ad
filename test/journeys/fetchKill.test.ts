import { readdir } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { client, finished } from '../support/client.ts'
import { paddedVideo } from '../support/paddedVideo.ts'
import { serverProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { webServer } from '../support/webServer.ts'

const PADDING_BYTES = 40 * 1024 ** 2

function savedBytes(folder: string): number {
  const database = new DatabaseSync(join(folder, 'embedline.db'), { readOnly: true })
  const row = database.prepare(`select progress_json from item where kind = 'fetch'`).get()
  database.close()
  const saved = row?.['progress_json']
  return typeof saved === 'string' ? (JSON.parse(saved) as { sizeBytes: number }).sizeBytes : 0
}

test('a server killed while it fetches a video goes on by range, and leaves nothing behind', async () => {
  const video = await paddedVideo(PADDING_BYTES)
  const web = await webServer((request, response) => {
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"1"',
      'content-length': video.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${video.length - 1}/${video.length}` }),
    })
    // The first time it stops in the middle and holds the line.
    if (from === 0) response.write(video.subarray(0, 30 * 1024 ** 2))
    else response.end(video.subarray(from))
  })
  const folder = await temporaryFolder()
  const flags = ['--fetch-allow', `127.0.0.1:${web.port}`]
  const first = await serverProcess(folder, flags)
  const { id } = await client(first.url).embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { url: `${web.url}/large.mp4` } },
  })
  await expect.poll(() => savedBytes(folder), { timeout: 30_000, interval: 20 }).toBeGreaterThan(0)
  await first.end('SIGKILL')

  const second = await serverProcess(folder, flags)
  const task = await finished(client(second.url), id)
  expect(task).toMatchObject({ status: 'ready', metadata: { inputFilename: 'large.mp4' } })
  expect(web.seen.map(({ headers }) => headers.range !== undefined)).toEqual([false, true])
  expect(Number(/\d+/.exec(web.seen[1]!.headers.range!)?.[0])).toBeGreaterThanOrEqual(16 * 1024 ** 2)
  expect(await second.end('SIGTERM')).toBe(0)
  for (const place of ['incoming', 'unfinished'])
    expect(await readdir(join(folder, 'objects', place))).toEqual([])
})
