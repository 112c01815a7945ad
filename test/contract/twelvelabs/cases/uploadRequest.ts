import type { Answer } from '../../rule.ts'
import type { World } from '../world.ts'

export const PATH = '/assets/multipart-uploads'

export const BYTES = 'a few bytes'

const ORDER = { filename: 'clip.mp4', type: 'video', total_size: BYTES.length }

export const create =
  (change: object = {}) =>
  (world: World) =>
    world.idle.post(PATH, { ...ORDER, ...change })

export interface Upload {
  upload_id: string
  asset_id: string
  chunk_size: number
  total_chunks: number
  upload_urls: { url: string }[]
}

export const uploadIn = ({ body }: Answer) => body as Upload
