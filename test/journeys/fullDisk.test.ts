import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { client, finished } from '../support/client.ts'
import { scenes } from '../support/madeMedia.ts'
import { smallDisk } from '../support/smallDisk.ts'
import { withServer, type TestServer } from '../support/withServer.ts'

const MEGABYTE = 1024 ** 2

const json = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const video = (assetId: string) =>
  json({ input_type: 'video', model_name: 'marengo3.0', video: { media_source: { asset_id: assetId } } })

function upload(server: TestServer, bytes: Uint8Array<ArrayBuffer>) {
  const body = new FormData()
  body.set('method', 'direct')
  body.set('file', new Blob([bytes]), 'video.mp4')
  return server.fetch('/v1.3/assets', { method: 'POST', body })
}

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code

test('a disk that fills up: new work is refused in the words of each contract, /readyz and /metrics say it, and all goes on when there is room', async ({
  skip,
}) => {
  const disk = await smallDisk(64)
  if (!disk) return skip('only root can mount a small disk')
  const server = await withServer({ data: join(disk.folder, 'data'), 'disk-floor': '20MB' })
  const bytes = new Uint8Array(await readFile(await scenes(20)))
  const asset = (await (await upload(server, bytes)).json()) as { _id: string }
  expect((await server.fetch('/readyz')).status).toBe(200)

  const ballast = join(disk.folder, 'ballast')
  await writeFile(ballast, Buffer.alloc(47 * MEGABYTE))
  await expect
    .poll(async () => (await server.fetch('/v1.3/embed-v2/tasks', video(asset._id))).status, LONG)
    .toBe(503)

  const refused = await server.fetch('/v1.3/embed-v2/tasks', video(asset._id))
  expect(refused.headers.get('retry-after')).toBe('30')
  expect(await refused.json()).toMatchObject({
    code: 'service_unavailable',
    message: expect.stringMatching(
      /^The disk has 0\.01\d GB free; with less than 0\.020 GB no new work/,
    ) as string,
  })
  // The official client would try again after a 5xx, with a body that it has used up.
  const refusedUpload = await upload(server, bytes)
  expect([refusedUpload.status, await codeOf(refusedUpload)]).toEqual([403, 'usage_limit_exceeded'])
  const multipart = await server.fetch(
    '/v1.3/assets/multipart-uploads',
    json({ filename: 'a.mp4', type: 'video', total_size: 1000 }),
  )
  expect([multipart.status, await codeOf(multipart)]).toEqual([403, 'usage_limit_exceeded'])
  await server.fetch('/api/buckets/docs', { method: 'PUT' })
  const telnyx = await server.fetch('/v2/ai/embeddings', json({ bucket_name: 'docs' }))
  expect([telnyx.status, await telnyx.json()]).toEqual([
    503,
    {
      errors: [
        {
          code: expect.any(String),
          title: expect.any(String),
          detail: expect.stringContaining('no new work'),
        },
      ],
    },
  ])
  const put = await server.fetch('/api/buckets/docs/objects/a.txt', { method: 'PUT', body: 'a text' })
  expect([put.status, await codeOf(put)]).toEqual([507, 'disk_full'])

  const ready = await server.fetch('/readyz')
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'disk_full' }])
  expect(await (await server.fetch('/metrics')).text()).toMatch(/^embedline_disk_state 1$/m)
  // What is here can be read, and removed, which makes room.
  expect((await server.fetch(`/v1.3/assets/${asset._id}`)).status).toBe(200)

  await rm(ballast)
  await expect.poll(async () => (await server.fetch('/readyz')).status, LONG).toBe(200)
  const { id } = await client(server.url).embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId: asset._id } },
  })
  expect((await finished(client(server.url), id)).status).toBe('ready')
})

const LONG = { timeout: 20_000 }
