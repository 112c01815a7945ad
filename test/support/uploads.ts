import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestApp } from './withApp.ts'

export const UPLOADS = '/v1.3/assets/multipart-uploads'

export interface UploadBody {
  upload_id: string
  asset_id: string
  upload_urls: { chunk_index: number; url: string; expires_at: string }[]
  chunk_size: number
  total_chunks: number
  expires_at: string
}

/** Bytes that differ from place to place. */
export const contentOf = (sizeBytes: number, seed = 1): Buffer =>
  Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 31 + seed * 7 + (at >> 8)) & 255))

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** The parts of a file, in their order. */
export const partsOf = (content: Buffer, { chunk_size: size }: Pick<UploadBody, 'chunk_size'>): Buffer[] =>
  Array.from({ length: Math.ceil(content.length / size) }, (_, at) =>
    content.subarray(at * size, (at + 1) * size),
  )

export const beginUpload = async (app: TestApp, totalSize: number, more = {}): Promise<UploadBody> => {
  const response = await app.post(UPLOADS, {
    filename: 'clip.mp4',
    type: 'video',
    total_size: totalSize,
    ...more,
  })
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as UploadBody
}

/** Sends bytes to an address, as the official client does: without a key. */
export const put = (url: string | undefined, bytes: Uint8Array): Promise<Response> =>
  fetch(url ?? '', {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/octet-stream' },
  })

export const urlOf = ({ upload_urls: urls }: UploadBody, index: number): string =>
  urls.find(({ chunk_index }) => chunk_index === index)?.url ?? ''

/** What a client says of a part that it has sent. */
export const chunkOf = (index: number, bytes: Uint8Array) => ({
  chunk_index: index,
  proof: md5(bytes),
  proof_type: 'etag',
  chunk_size: bytes.length,
})

export const report = (app: TestApp, { upload_id: id }: UploadBody, ...chunks: object[]): Promise<Response> =>
  app.post(`${UPLOADS}/${id}`, { completed_chunks: chunks })

/** Names of files of uploads that are not complete. */
export const unfinished = (app: TestApp): Promise<string[]> =>
  readdir(join(dirname(dirname(dirname(app.room.objectPath('a', 'b')))), 'unfinished'))
