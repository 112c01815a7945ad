import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TwelveLabs, TwelvelabsApi, TwelvelabsApiError } from 'twelvelabs-js'
import { expect, test, vi } from 'vitest'
import { client, uploadAsset } from '../support/client.ts'
import { madeMedia, scenes } from '../support/madeMedia.ts'
import { paddedVideo } from '../support/paddedVideo.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { md5, partsOf, put } from '../support/uploads.ts'
import { withServer, type TestServer } from '../support/withServer.ts'

/** The client that has helpers of its own beside the calls. */
function wrapped(server: TestServer): TwelveLabs {
  vi.stubEnv('TWELVELABS_BASE_URL', `${server.url}/v1.3`)
  vi.spyOn(console, 'log').mockImplementation(() => {})
  return new TwelveLabs({ apiKey: server.key })
}

test('uploadFile sends a file in parts, and what comes back is that file', async () => {
  const server = await withServer()
  const one = wrapped(server)
  const video = await paddedVideo(12_000_000)
  const path = join(await temporaryFolder(), 'large.mp4')
  await writeFile(path, video)
  const seen: number[] = []
  const { assetId, assetUrl } = await one.multipartUpload.uploadFile(path, {
    batchSize: 2,
    progressCallback: ({ completedChunks }) => void seen.push(completedChunks),
  })
  expect(seen).toEqual([2, 3])
  const asset = await one.assets.retrieve(assetId)
  expect(asset).toMatchObject({ method: 'multipart', filename: 'large.mp4', fileType: 'video/mp4' })
  await vi.waitFor(async () => expect((await one.assets.retrieve(assetId)).status).toBe('ready'), 20_000)
  expect(await one.assets.retrieve(assetId)).toMatchObject({ size: video.length, duration: 6 })
  const content = await fetch(assetUrl, { headers: { 'x-api-key': server.key } })
  expect(video.equals(Buffer.from(await content.arrayBuffer()))).toBe(true)
})

test('every call of an upload in parts works alone', async () => {
  const server = await withServer()
  const one = wrapped(server)
  const { multipartUpload: uploads } = one
  const video = await paddedVideo(6_000_000)
  const created = await uploads.create({
    filename: 'mine.mp4',
    type: 'video',
    totalSize: video.length,
    enableThumbnail: true,
    userMetadata: { take: 3 },
  })
  expect(created.expiresAt).toBeInstanceOf(Date)
  const { uploadId = '', assetId = '', chunkSize = 0 } = created
  const parts = partsOf(video, { chunk_size: chunkSize })
  expect(created).toMatchObject({ totalChunks: 2, uploadHeaders: {} })

  const listed: unknown[] = []
  for await (const each of await uploads.listIncompleteUploads({ pageLimit: 1 })) listed.push(each)
  expect(listed).toMatchObject([{ uploadId, status: 'active', totalSize: video.length, totalChunks: 2 }])

  const more = await uploads.getAdditionalPresignedUrls(uploadId, { start: 2, count: 10 })
  expect(more).toMatchObject({ uploadId, startIndex: 2, count: 1 })
  for (const [at, part] of parts.entries()) {
    const urls = at === 0 ? created.uploadUrls : more.uploadUrls
    const sent = await put(urls?.find(({ chunkIndex }) => chunkIndex === at + 1)?.url, part)
    expect(sent.headers.get('etag')).toBe(`"${md5(part)}"`)
  }
  const completed = (index: number) => ({
    chunkIndex: index,
    proof: md5(parts[index - 1]!),
    proofType: 'etag' as const,
    chunkSize: parts[index - 1]!.length,
  })
  const first = await uploads.reportChunkBatch(uploadId, { completedChunks: [completed(2)] })
  expect(first).toMatchObject({ assetId, processedChunks: 1, totalCompleted: 1 })
  expect(first.url).toBeUndefined()
  const states: unknown[] = []
  for await (const chunk of await uploads.getStatus(uploadId, { pageLimit: 1 })) states.push(chunk)
  expect(states).toMatchObject([
    { index: 1, status: 'pending', uploadedAt: undefined },
    { index: 2, status: 'completed', uploadedAt: expect.any(Date) },
  ])
  const last = await uploads.reportChunkBatch(uploadId, { completedChunks: [completed(2), completed(1)] })
  expect(last).toMatchObject({ processedChunks: 1, duplicateChunks: 1, url: expect.any(String) })
  expect(await one.multipartUpload.waitForUploadCompletion(uploadId)).toMatchObject({
    status: 'completed',
    totalChunks: 2,
  })
  await vi.waitFor(async () => expect((await one.assets.retrieve(assetId)).status).toBe('ready'), 20_000)
  const asset = await one.assets.retrieve(assetId)
  expect(asset).toMatchObject({ userMetadata: { take: 3 }, thumbnail: { status: 'ready' } })
  const picture = await fetch(asset.thumbnail?.representativeUrl ?? '', {
    headers: { 'x-api-key': server.key },
  })
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
})

test('what an upload refuses arrives as the errors of the official client', async () => {
  const server = await withServer()
  const one = client(server.url)
  const { multipartUpload: uploads } = one
  await expect(uploads.create({ filename: '', type: 'video', totalSize: 5 })).rejects.toThrow(
    TwelvelabsApi.BadRequestError,
  )
  await expect(uploads.getStatus('none')).rejects.toThrow(TwelvelabsApi.NotFoundError)
  const { uploadId = '', assetId = '' } = await uploads.create({
    filename: 'a.mp4',
    type: 'video',
    totalSize: 5,
  })
  await one.assets.delete(assetId)
  const given = { start: 1, count: 1 }
  await expect(uploads.getAdditionalPresignedUrls(uploadId, given)).rejects.toThrow(
    TwelvelabsApi.ForbiddenError,
  )
  await expect(uploads.reportChunkBatch(uploadId, { completedChunks: [] })).rejects.toThrow(
    TwelvelabsApi.BadRequestError,
  )
})

test('an asset says what is in it, and its metadata is changed, replaced and cleared', async () => {
  const server = await withServer()
  const one = client(server.url)
  const { id } = await uploadAsset(one, await scenes(6))
  const { technicalMetadata, ...asset } = await one.assets.retrieve(id)
  expect(technicalMetadata).toMatchObject({
    fileMimeType: 'video/mp4',
    videoCodec: 'h264',
    videoWidth: 320,
    videoHeight: 180,
    videoFps: 12,
    audioCodec: 'aac',
    audioSampleRate: 22_050,
    audioChannels: 1,
    hasAudio: true,
  })
  expect(technicalMetadata?.fileSizeBytes).toBe(asset.size)
  expect(asset.thumbnail).toBeUndefined()
  expect(asset.userMetadata).toBeUndefined()

  const metadata = async () => (await one.assets.retrieve(id)).userMetadata
  await one.assets.updateUserMetadata(id, { userMetadata: { a: 1, b: 'two', c: true } })
  await one.assets.updateUserMetadata(id, { userMetadata: { a: null, b: '', d: 2.5 } })
  expect(await metadata()).toEqual({ b: 'two', c: true, d: 2.5 })
  await one.assets.replaceUserMetadata(id, { userMetadata: { only: 'this' } })
  expect(await metadata()).toEqual({ only: 'this' })
  await one.assets.deleteUserMetadata(id)
  expect(await metadata()).toBeUndefined()
  await expect(one.assets.updateUserMetadata('none', { userMetadata: {} })).rejects.toThrow(
    TwelvelabsApi.NotFoundError,
  )
})

test('assets are found by ids, kinds and names, with all that is known of each, and deleted', async () => {
  const server = await withServer()
  const one = client(server.url)
  const video = await uploadAsset(one, await scenes(6))
  const still = await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1'])
  const { id: pictureId = '' } = await one.assets.create({
    method: 'direct',
    file: createReadStream(still),
    filename: 'Square.PNG',
    enableHls: true,
    enableThumbnail: true,
  })
  const picture = () => one.assets.retrieve(pictureId)
  await vi.waitFor(async () => expect((await picture()).status).toBe('ready'), 20_000)
  expect(await picture()).toMatchObject({
    technicalMetadata: { imageWidth: 320, imageHeight: 240, imageFormat: 'png' },
    thumbnail: { status: 'ready' },
  })
  const found = async (request: Parameters<typeof one.assets.list>[0]) => {
    const assets: TwelvelabsApi.AssetDetail[] = []
    for await (const each of await one.assets.list(request)) assets.push(each)
    return assets
  }
  const ids = async (request: Parameters<typeof one.assets.list>[0]) =>
    (await found(request)).map(({ id }) => id)
  expect(await ids({ pageLimit: 1 })).toEqual([pictureId, video.id])
  expect(await ids({ assetIds: [video.id, 'none'] })).toEqual([video.id])
  expect(await ids({ assetTypes: ['image', 'audio'] })).toEqual([pictureId])
  expect(await ids({ assetTypes: 'video' })).toEqual([video.id])
  expect(await ids({ filename: 'sQUARE' })).toEqual([pictureId])
  expect(await found({ assetIds: video.id })).toMatchObject([
    { duration: 6, technicalMetadata: { videoCodec: 'h264' } },
  ])
  await one.assets.delete(video.id, { force: true })
  await one.assets.delete(pictureId)
  expect(await ids({})).toEqual([])
  await expect(one.assets.delete(pictureId)).rejects.toThrow(TwelvelabsApiError)
})

test('real thumbnails and waveforms come from the compute process', async () => {
  const server = await withServer()
  const { id } = await uploadAsset(client(server.url), await scenes(14))
  const webp = await server.fetch(`/api/assets/${id}/thumbnails?at=10&width=64&format=webp`)
  expect(webp.headers.get('content-type')).toBe('image/webp')
  expect(Buffer.from(await webp.arrayBuffer()).toString('latin1', 8, 12)).toBe('WEBP')
  const waveform = await server.fetch(`/api/assets/${id}/waveform?points=14`)
  const { duration_sec, min, max } = (await waveform.json()) as Record<string, number[]> & {
    duration_sec: number
  }
  expect(duration_sec).toBeCloseTo(14, 0)
  expect([min?.length, max?.length]).toEqual([14, 14])
  expect(Math.max(...(max ?? []))).toBeGreaterThan(0.2)
})
