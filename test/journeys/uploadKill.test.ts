import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { DatabaseSync } from 'node:sqlite'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { client } from '../support/client.ts'
import { paddedVideo } from '../support/paddedVideo.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { chunkOf, md5, partsOf, put, UPLOADS } from '../support/uploads.ts'

const PADDING_BYTES = 60 * 1024 ** 2

const PROGRAM = new URL('../support/uploadFile.process.ts', import.meta.url).pathname

/** `uploadFile` of the official client in a process of its own. */
function uploading(url: string, path: string) {
  const child = spawn(process.execPath, [PROGRAM, url, path], {
    stdio: ['ignore', 'pipe', 'ignore'],
    // The client cuts the file into pieces there, which a kill leaves behind.
    env: { ...process.env, TMPDIR: dirname(path) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, output: text(child.stdout), exited: once(child, 'exit') }
}

/** How many parts have come, of all uploads. */
function partCount(folder: string): number {
  const database = new DatabaseSync(join(folder, 'embedline.db'), { readOnly: true })
  const row = database.prepare(`select count(*) as count from upload_part where md5 <> ''`).get()
  database.close()
  return Number(row?.['count'])
}

const someParts = (folder: string, count: number) =>
  expect.poll(() => partCount(folder), { timeout: 30_000, interval: 3 }).toBeGreaterThanOrEqual(count)

async function expectWhole(server: ServerProcess, folder: string, assetId: string, video: Buffer) {
  const one = client(server.url)
  await expect
    .poll(async () => (await one.assets.retrieve(assetId)).status, { timeout: 30_000 })
    .toBe('ready')
  const headers = { 'x-api-key': 'key-of-one' }
  const content = await fetch(`${server.url}/api/assets/${assetId}/content`, { headers })
  expect(video.equals(Buffer.from(await content.arrayBuffer()))).toBe(true)
  expect(await server.end('SIGTERM')).toBe(0)
  for (const place of ['incoming', 'unfinished'])
    expect(await readdir(join(folder, 'objects', place))).toEqual([])
}

async function videoFile() {
  const video = await paddedVideo(PADDING_BYTES)
  const path = join(await temporaryFolder(), 'large.mp4')
  await writeFile(path, video)
  return { video, path }
}

test('a server killed while a file comes in goes on with it: uploadFile ends as if nothing had been', async () => {
  const { video, path } = await videoFile()
  const folder = await temporaryFolder()
  const first = await serverProcess(folder)
  const upload = uploading(first.url, path)
  await someParts(folder, 1)
  await first.end('SIGKILL')

  const second = await serverProcess(folder, [], { port: Number(new URL(first.url).port) })
  expect(await upload.exited).toEqual([0, null])
  const lines = (await upload.output).split('\n')
  const { assetId } = JSON.parse(lines.at(-1) ?? '') as { assetId: string }
  await expectWhole(second, folder, assetId, video)
})

test('a client that was killed goes on from what the server knows, which was killed too', async () => {
  const { video, path } = await videoFile()
  const folder = await temporaryFolder()
  const first = await serverProcess(folder)
  const upload = uploading(first.url, path)
  await someParts(folder, 4)
  upload.child.kill('SIGKILL')
  await first.end('SIGKILL')

  const server = await serverProcess(folder)
  const { multipartUpload: uploads } = client(server.url)
  const [session] = (await uploads.listIncompleteUploads()).data
  const { uploadId = '', chunkSize = 0 } = session ?? {}
  const parts = partsOf(video, { chunk_size: chunkSize })
  const known = await partsKnown(server, uploadId)
  expect(known.filter(({ etag }) => etag !== undefined).length).toBeGreaterThanOrEqual(4)
  for (const { index, etag, status } of known) {
    const part = parts[index - 1]!
    if (status === 'completed') continue
    if (etag === undefined) {
      const { uploadUrls } = await uploads.getAdditionalPresignedUrls(uploadId, { start: index, count: 1 })
      expect((await put(uploadUrls?.[0]?.url, part)).status).toBe(200)
    } else expect(etag).toBe(md5(part))
  }
  const { url } = await uploads.reportChunkBatch(uploadId, {
    completedChunks: parts.map((part, at) => ({
      chunkIndex: at + 1,
      proof: chunkOf(at + 1, part).proof,
      proofType: 'etag',
      chunkSize: part.length,
    })),
  })
  const assetId = /assets\/(\w+)\/content/.exec(url ?? '')?.[1] ?? ''
  await expectWhole(server, folder, assetId, video)
})

async function partsKnown(server: ServerProcess, uploadId: string) {
  const answer = await fetch(`${server.url}${UPLOADS}/${uploadId}?page_limit=50`, {
    headers: { 'x-api-key': 'key-of-one' },
  })
  const body = (await answer.json()) as {
    uploaded_chunks: { index: number; status: string; etag?: string }[]
  }
  return body.uploaded_chunks
}
