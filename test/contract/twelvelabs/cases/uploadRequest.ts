import { createHash } from 'node:crypto'
import type { Answer } from '../../rule.ts'
import type { World } from '../world.ts'

export const PATH = '/assets/multipart-uploads'

export const BYTES = 'a few bytes'

const ORDER = { filename: 'clip.mp4', type: 'video', total_size: BYTES.length }

/** Uploads are asked for where nothing works on them. */
type IdleWorld = Pick<World, 'idle'>

export const create =
  (change: object = {}) =>
  (world: IdleWorld) =>
    world.idle.post(PATH, { ...ORDER, ...change })

export interface Upload {
  upload_id: string
  asset_id: string
  chunk_size: number
  total_chunks: number
  upload_urls: { url: string }[]
}

export const uploadIn = ({ body }: Answer) => body as Upload

export const etagOf = (bytes: string) => createHash('md5').update(bytes).digest('hex')

/** A part to its address, as the client sends it: without a key. */
export async function put(
  { upload_urls: [first] }: Upload,
  world: IdleWorld,
  bytes = BYTES,
): Promise<Answer> {
  const { pathname, search } = new URL(first?.url ?? '')
  return world.idle.send('PUT', pathname.replace('/v1.3', '') + search, {
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
    key: null,
  })
}

const chunk = (change: object = {}) => ({
  chunk_index: 1,
  proof: etagOf(BYTES),
  proof_type: 'etag',
  chunk_size: BYTES.length,
  ...change,
})

export const report = ({ upload_id: id }: Upload, world: IdleWorld, change: object = {}) =>
  world.idle.post(`${PATH}/${id}`, { completed_chunks: [chunk(change)] })
